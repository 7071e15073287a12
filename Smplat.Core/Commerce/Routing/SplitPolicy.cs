namespace Smplat.Core.Commerce.Routing;

/// <summary>Whether dividing a basket pays: more items, enough saved, or, when speed is asked for, enough time won.</summary>
internal static class SplitPolicy
{
    private const int LeastMinutesWon = 15;
    private const int MostPercentDearer = 15;

    /// <param name="single">The best undivided offer: most items first, then the lowest total.</param>
    public static bool Pays(SplitFigures split, SplitFigures single, SplitStrategy strategy, SplitOptions options)
    {
        if (split.Found != single.Found)
        {
            return split.Found > single.Found;
        }

        var saving = single.TotalCents - split.TotalCents;
        var isCheaper = saving >= options.MinSavingCents && 100 * saving >= options.MinSavingPercent * single.TotalCents;
        var isFaster = strategy == SplitStrategy.Speed
            && single.EtaMinutes - split.EtaMinutes >= LeastMinutesWon
            && 100 * split.TotalCents <= (100 + MostPercentDearer) * single.TotalCents;
        return isCheaper || isFaster;
    }
}

/// <summary>What decides between a divided and an undivided order.</summary>
internal readonly record struct SplitFigures(int Found, long TotalCents, int EtaMinutes);
