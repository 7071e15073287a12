namespace Smplat.Core.Billing;

/// <summary>A run of the hosted recovery in its ledger.</summary>
public sealed record HostedRecoveryRun
{
    public required Guid Id { get; init; }

    public required string TriggeredBy { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    public required string Status { get; init; }

    public required int ScheduledCount { get; init; }

    public required int NotifiedCount { get; init; }

    public required string Metadata { get; init; }

    public string? ErrorMessage { get; init; }
}
