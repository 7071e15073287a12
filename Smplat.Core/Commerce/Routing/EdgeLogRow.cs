namespace Smplat.Core.Commerce.Routing;

/// <summary>One line of <c>edge_logs</c>. Which column is set on which event is a contract with the runbook's queries.</summary>
public sealed record EdgeLogRow(string FunctionName, DateTimeOffset Timestamp, string Event)
{
    public string Level { get; init; } = "info";

    public string? RequestId { get; init; }

    public string? ProviderId { get; init; }

    public int? LatencyMs { get; init; }

    public int? TotalLatencyMs { get; init; }

    public string? SelectedProviderId { get; init; }

    public long? TotalCents { get; init; }

    public long? BestAlternativeCents { get; init; }

    public long? CommissionCents { get; init; }

    public string? UserHash { get; init; }

    public string? Error { get; init; }

    public string? ErrorCode { get; init; }

    public bool? Retryable { get; init; }

    /// <summary>JSON.</summary>
    public string? Payload { get; init; }
}
