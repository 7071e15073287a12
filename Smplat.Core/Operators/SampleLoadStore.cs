using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>A look at whether a database is in use.</summary>
public sealed class SampleLoadStore(NpgsqlDataSource database)
{
    // Sample orders have numbers of their own; any other came from somebody.
    private const string HasOrders = "select exists (select 1 from orders where order_number not like 'SAMPLE%')";

    public async Task<bool> HasOrdersAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<bool>(Sql.Command(HasOrders, null, cancellationToken));
    }
}
