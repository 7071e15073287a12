namespace Smplat.Core.Platform.Jobs;

/// <summary>A finished or retrying run in the ledger.</summary>
public sealed record JobRunRow
{
    public required Guid Id { get; init; }

    public required string JobId { get; init; }

    public required string TriggeredBy { get; init; }

    /// <summary><c>completed</c>, <c>retrying</c>, <c>failed</c> or <c>abandoned</c>.</summary>
    public required string Status { get; init; }

    public int Attempt { get; init; }

    public required string Owner { get; init; }

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>JSON object of the run's summary.</summary>
    public required string Summary { get; init; }

    public string? Error { get; init; }

    /// <summary>Trace of its last attempt, as spans and log lines name it; null for a run whose process died.</summary>
    public string? TraceId { get; init; }
}
