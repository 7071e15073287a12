using System.Text.Json;
using Smplat.Core.Billing;

namespace Smplat.Functions.Checkout.Hosted;

public sealed record HostedRunAnswer(
    Guid Id,
    string TriggeredBy,
    string Status,
    DateTimeOffset StartedAt,
    DateTimeOffset? CompletedAt,
    int ScheduledCount,
    int NotifiedCount,
    JsonElement Metadata,
    string? ErrorMessage)
{
    public static HostedRunAnswer From(HostedRecoveryRun run) => new(
        run.Id,
        run.TriggeredBy,
        run.Status,
        run.StartedAt,
        run.CompletedAt,
        run.ScheduledCount,
        run.NotifiedCount,
        JsonSerializer.Deserialize<JsonElement>(run.Metadata),
        run.ErrorMessage);
}

public sealed record HostedRunsAnswer(IReadOnlyList<HostedRunAnswer> Runs);
