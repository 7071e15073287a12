using Dapper;
using Npgsql;
using Smplat.Core.Database;

namespace Smplat.Core.Operators;

/// <summary>The one row of <c>incident_banner</c>.</summary>
public sealed class IncidentBannerStore(NpgsqlDataSource database)
{
    private const string Select = "select message, severity, set_by, reference, set_at from incident_banner where id = 1";

    private const string Upsert =
        """
        insert into incident_banner (id, message, severity, set_by, reference, set_at)
        values (1, @Message, @Severity, @SetBy, @Reference, @SetAt)
        on conflict (id) do update
        set message = excluded.message,
            severity = excluded.severity,
            set_by = excluded.set_by,
            reference = excluded.reference,
            set_at = excluded.set_at
        """;

    private const string Delete = "delete from incident_banner where id = 1";

    public async Task<IncidentBanner?> FindAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<IncidentBanner>(Sql.Command(Select, null, cancellationToken));
    }

    public async Task PutAsync(IncidentBanner banner, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Upsert, banner, cancellationToken));
    }

    /// <returns>Whether there was one.</returns>
    public async Task<bool> DeleteAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(Delete, null, cancellationToken)) == 1;
    }
}
