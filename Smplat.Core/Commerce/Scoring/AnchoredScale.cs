namespace Smplat.Core.Commerce.Scoring;

/// <summary>
/// Points by distance from the best offer: a cent of difference is worth next to nothing, and a dear extra quote moves nobody.
/// </summary>
internal static class AnchoredScale
{
    /// <summary>Most points that a centered priority gives before its weight.</summary>
    public const int MostPriority = 20;

    private const long SmallestSpanCents = 500;
    private const int SmallestSpanMinutes = 60;

    /// <summary>0 at a quarter above the cheapest, or at 5 dollars above it when that is more.</summary>
    public static int Price(long cents, long cheapest)
    {
        var span = Math.Max(cheapest / 4, SmallestSpanCents);
        return ScoreComponents.LowerIsBetter(Math.Min(cents, cheapest + span), cheapest, cheapest + span);
    }

    /// <summary>0 at an hour after the fastest, or at the slowest when that is later.</summary>
    public static int Speed(int minutes, int fastest, int slowest)
    {
        var span = Math.Max(SmallestSpanMinutes, slowest - fastest);
        return ScoreComponents.LowerIsBetter(minutes, fastest, fastest + span);
    }
}
