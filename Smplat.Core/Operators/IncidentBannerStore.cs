using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Operators;

/// <summary>The one row of <c>incident_banner</c>.</summary>
public sealed class IncidentBannerStore(NpgsqlDataSource database)
{
    private const string Select = "select message, severity, set_by, reference, set_at from incident_banner where id = 1";

    // The banner and its history entry commit together.
    private const string Upsert =
        """
        with trace as (
            insert into incident_banner_change (action, message, severity, actor, changed_at)
            values ('set', @Message, @Severity, @SetBy, @SetAt)
        )
        insert into incident_banner (id, message, severity, set_by, reference, set_at)
        values (1, @Message, @Severity, @SetBy, @Reference, @SetAt)
        on conflict (id) do update
        set message = excluded.message,
            severity = excluded.severity,
            set_by = excluded.set_by,
            reference = excluded.reference,
            set_at = excluded.set_at
        """;

    // Adds a history entry only if there was a banner.
    private const string Delete =
        """
        with gone as (
            delete from incident_banner where id = 1 returning message, severity
        )
        insert into incident_banner_change (action, message, severity, actor, reason, changed_at)
        select 'clear', message, severity, @actor, @reason, @now
        from gone
        """;

    private const string ListChanges =
        """
        select action, message, severity, actor, reason, changed_at
        from incident_banner_change
        order by changed_at desc, id desc
        limit @limit
        """;

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
    public async Task<bool> DeleteAsync(string actor, string? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(Delete, new { actor, reason, now }, cancellationToken)) == 1;
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<BannerChange>> ListChangesAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<BannerChange>(Sql.Command(ListChanges, new { limit }, cancellationToken))).AsList();
    }
}
