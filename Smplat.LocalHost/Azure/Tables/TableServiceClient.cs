namespace Azure.Data.Tables;

/// <summary>The tables of a storage account.</summary>
public class TableServiceClient
{
    private readonly TableTransport _transport;

    public TableServiceClient(string connectionString) =>
        _transport = TableTransport.ForKey(TableConnectionString.Parse(connectionString), new TableClientOptions());

    /// <summary>A client that shares this one's connections. The table need not exist.</summary>
    public virtual TableClient GetTableClient(string tableName) => new(_transport, tableName);
}
