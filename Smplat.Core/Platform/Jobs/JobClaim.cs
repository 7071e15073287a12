namespace Smplat.Core.Platform.Jobs;

/// <summary>A won claim: the attempt to run, and the run that its predecessor left behind, if it died.</summary>
public sealed record JobClaim
{
    public required Guid RunId { get; init; }

    public required string TriggeredBy { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public Guid? AbandonedRunId { get; init; }

    public string? AbandonedOwner { get; init; }

    public string? AbandonedTriggeredBy { get; init; }

    public DateTimeOffset? AbandonedStartedAt { get; init; }
}
