using System.Runtime.CompilerServices;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads stored decisions, oldest first and one at a time, so that any number of them fits in memory.</summary>
public sealed class DecisionStore(NpgsqlDataSource database)
{
    private const string Count =
        """
        select count(*) from edge_logs
        where event = 'router_decision' and "timestamp" >= $1 and "timestamp" < $2 and payload is not null
        """;

    // One consistent picture: what is logged meanwhile is not seen.
    private const string Read =
        """
        select coalesce(request_id, ''), "timestamp", payload::text
        from edge_logs
        where event = 'router_decision' and "timestamp" >= $1 and "timestamp" < $2 and payload is not null
        order by "timestamp"
        """;

    /// <summary>A window of months takes a while; requests are not served from here.</summary>
    private const int TimeoutSeconds = 600;

    public async Task<long> CountAsync(DateTimeOffset since, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = Command(Count, since, until);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async IAsyncEnumerable<ArchivedDecision> ReadAsync(
        DateTimeOffset since, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = Command(Read, since, until);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var record = JsonSerializer.Deserialize(reader.GetString(2), CommerceJson.Default.DecisionRecord);
            if (record is { Quotes.Count: > 0 })
            {
                yield return new ArchivedDecision(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), record);
            }
        }
    }

    private NpgsqlCommand Command(string text, DateTimeOffset since, DateTimeOffset until)
    {
        var command = database.CreateCommand(text);
        command.CommandTimeout = TimeoutSeconds;
        command.Parameters.Add(new NpgsqlParameter { Value = since.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new NpgsqlParameter { Value = until.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return command;
    }
}
