namespace Smplat.Tests.Commerce.Providers;

/// <summary>The real clock, moved ahead: time still passes, so that waits on sockets end.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private TimeSpan _ahead;

    public void Shift(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(_ahead.TotalSeconds * TimestampFrequency);
}
