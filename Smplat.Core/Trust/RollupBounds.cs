namespace Smplat.Core.Trust;

/// <summary>How a step of the rollup is cut.</summary>
public sealed record RollupBounds
{
    /// <summary>
    /// Age at which hours are summed. Twice the age below which the triggers say nothing, so that a database clock that
    /// steps back by up to fifteen minutes still leaves no change unseen.
    /// </summary>
    public TimeSpan Lag { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Days that one step sums, so that a first run over years stays in bounded statements.</summary>
    public TimeSpan Stride { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Durations are kept a little longer than the 30 days that the forecast looks back.</summary>
    public TimeSpan DurationsKept { get; init; } = TimeSpan.FromDays(32);

    /// <summary>Changed hours that one step sums again.</summary>
    public int RepairHours { get; init; } = 500;
}
