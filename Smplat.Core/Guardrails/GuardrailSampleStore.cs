using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Guardrails;

/// <summary>Deletes the sample follow-ups. What loads them is the operation that records any other.</summary>
internal sealed class GuardrailSampleStore(NpgsqlDataSource database)
{
    // The status falls only with the last follow-up of its provider, so that it never contradicts one that an operator added.
    private const string Drop =
        """
        delete from notification_outbox where idempotency_key in (select 'guardrail-followup:' || id from unnest(@ids) as id);
        delete from provider_guardrail_followup where id = any(@ids);
        delete from provider_guardrail_status
        where provider_id = @providerId
            and not exists (select from provider_guardrail_followup entry where entry.provider_id = @providerId)
        """;

    public async Task DropAsync(string providerId, Guid[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql.Command(Drop, new { providerId, ids }, cancellationToken));
    }
}
