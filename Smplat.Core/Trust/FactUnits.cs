namespace Smplat.Core.Trust;

/// <summary>Times leave the database as whole microseconds, so that sums are exact however they are cut up.</summary>
public static class FactUnits
{
    public const double MicrosecondsPerSecond = 1_000_000;

    public const double MicrosecondsPerMinute = 60_000_000;

    /// <summary>Minutes by way of seconds, the order of division that the vectors' last digits come from.</summary>
    public static double Minutes(long microseconds) => microseconds / MicrosecondsPerSecond / 60;
}
