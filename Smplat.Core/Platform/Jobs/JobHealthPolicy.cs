using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Platform.Jobs;

/// <summary>How a worker's standing figures read: an error stands until a clean run clears it.</summary>
public static class JobHealthPolicy
{
    public static ComponentState Judge(JobState? state, DateTimeOffset now)
    {
        if (state is null || !IsTicking(state, now))
        {
            return new(
                ComponentStatus.Starting, "No instance has shown that it runs this worker.", state?.LastErrorAt, state?.LastSuccessAt);
        }

        return state.ConsecutiveRunFailures > 0
            ? new(ComponentStatus.Error, state.LastError, state.LastErrorAt, state.LastSuccessAt)
            : new(ComponentStatus.Ready, null, state.LastErrorAt, state.LastSuccessAt);
    }

    public static bool IsTicking(JobState state, DateTimeOffset now) =>
        state.LastTickAt is { } tick && now - tick <= JobHeartbeat.Interval * 3;
}
