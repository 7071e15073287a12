using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>Checks whether a database is in use.</summary>
public sealed class SampleLoadStore(NpgsqlDataSource database)
{
    // Sample orders have order numbers of their own. Any other order is real.
    private const string HasOrders = "select exists (select 1 from orders where order_number not like 'SAMPLE%')";

    public async Task<bool> HasOrdersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(HasOrders, null, cancellationToken));
    }
}
