using Azure.Data.Tables;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Tables;

/// <summary>A new table in the Azurite that the tests share.</summary>
internal static class TestTable
{
    public static async Task<TableClient> CreateAsync()
    {
        var azurite = await TestAzurite.GetAsync();
        var table = new TableClient(azurite.ConnectionString, TestAzurite.NewTableName());
        await table.CreateIfNotExistsAsync();
        return table;
    }
}
