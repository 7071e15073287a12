using Smplat.Core.Platform.Jobs;

namespace Smplat.Functions.Ops;

/// <summary>How a job stands, in a word and its colour.</summary>
internal static class JobStatus
{
    internal static (string Tone, string Word) Of(bool isEnabled, JobState? state, DateTimeOffset now) => state switch
    {
        { LockedUntil: { } until } when until > now => ("calm", "running"),
        _ when !isEnabled => ("off", "off"),
        null or { LastStartedAt: null } => ("off", "never run"),
        { ConsecutiveRunFailures: > 0 } => ("bad", "failing"),
        { NextAttemptAt: not null } => ("warn", "retrying"),
        _ => ("good", "well"),
    };

    /// <summary>What fails stands first: whole runs before attempts.</summary>
    internal static int Urgency(JobState? state) => state switch
    {
        { ConsecutiveRunFailures: > 0 } => 2,
        { ConsecutiveFailures: > 0 } => 1,
        _ => 0,
    };

    internal static string ToneOf(string status) => status switch
    {
        "completed" => "good",
        "retrying" => "warn",
        _ => "bad",
    };
}
