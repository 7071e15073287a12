namespace Smplat.Core.Digests;

/// <summary>Everything that the operators' digest tells.</summary>
public sealed record OperatorFigures(
    OperatorCounts Counts,
    IReadOnlyList<RevenueOfWeek> Revenue,
    IReadOnlyList<RevenueOfWeek> Recovered,
    ProviderTelemetry Providers);

public sealed record RevenueOfWeek(string Currency, decimal Amount, long Orders);

public sealed record OperatorCounts
{
    public required long OrdersCreated { get; init; }

    public required long OrdersCompleted { get; init; }

    public required long OrdersOnHold { get; init; }

    public required long TasksCompleted { get; init; }

    public required long TasksFailed { get; init; }

    public required long MessagesSent { get; init; }

    public required long MessagesSuppressed { get; init; }

    public required long MessagesDead { get; init; }

    public required long Prompts { get; init; }

    public required long Escalations { get; init; }

    public required long Recovered { get; init; }

    public required long HostedCompleted { get; init; }

    public required long HostedExhausted { get; init; }
}
