namespace Smplat.Core.Platform.Jobs;

/// <summary>The ledger's standing figures of one job; the same on every instance.</summary>
public sealed record JobState
{
    public required string JobId { get; init; }

    public DateTimeOffset? LastTickAt { get; init; }

    public int Attempt { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    public string? LockedBy { get; init; }

    public DateTimeOffset? LockedUntil { get; init; }

    public long Runs { get; init; }

    public long Success { get; init; }

    public long RunFailures { get; init; }

    public long AttemptFailures { get; init; }

    public long Retries { get; init; }

    /// <summary>Failed attempts since the last success.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>Runs that failed with all their attempts since the last success.</summary>
    public int ConsecutiveRunFailures { get; init; }

    public double RuntimeSeconds { get; init; }

    public DateTimeOffset? LastStartedAt { get; init; }

    public DateTimeOffset? LastCompletedAt { get; init; }

    public DateTimeOffset? LastSuccessAt { get; init; }

    public DateTimeOffset? LastErrorAt { get; init; }

    public string? LastError { get; init; }
}
