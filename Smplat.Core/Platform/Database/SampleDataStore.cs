using Dapper;
using Npgsql;

namespace Smplat.Core.Platform.Database;

/// <summary>The one row of <c>sample_data</c>, there while sample rows are.</summary>
public sealed class SampleDataStore(NpgsqlDataSource database)
{
    // A repeated load adds what is missing to the samples that are there.
    private const string Mark = "insert into sample_data (loaded_at) values (@at) on conflict (id) do nothing";

    private const string Unmark = "delete from sample_data";

    private const string Find = "select loaded_at, names from sample_data";

    private const string Add = "update sample_data set names = array_append(names, @name) where not @name = any(names)";

    private const string Remove = "update sample_data set names = array_remove(names, @name)";

    internal async Task MarkAsync(DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Mark, new { at }, cancellationToken));
    }

    internal async Task UnmarkAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Unmark, null, cancellationToken));
    }

    internal async Task AddAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Add, new { name }, cancellationToken));
    }

    internal async Task RemoveAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Remove, new { name }, cancellationToken));
    }

    internal async Task<SampleMark?> FindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<SampleMark>(Sql.Command(Find, null, cancellationToken));
    }
}
