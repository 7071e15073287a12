namespace Azure.Data.Tables;

internal static class EntityNames
{
    public const string PartitionKey = "PartitionKey";
    public const string RowKey = "RowKey";
    public const string Timestamp = "Timestamp";
    public const string ETag = "odata.etag";

    /// <summary>What the service sets: it is read but never sent.</summary>
    public static bool IsGivenByTheService(string name) =>
        name == Timestamp || name.StartsWith("odata.", StringComparison.Ordinal);
}
