namespace Smplat.Core.Platform.Database;

public static class StoredTime
{
    /// <summary>Now as Postgres keeps it, in whole microseconds: what is answered today equals what is read tomorrow.</summary>
    public static DateTimeOffset GetStoredNow(this TimeProvider clock)
    {
        var ticks = clock.GetUtcNow().UtcTicks;
        return new(ticks - (ticks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
    }
}
