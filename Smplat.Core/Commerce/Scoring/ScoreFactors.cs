namespace Smplat.Core.Commerce.Scoring;

/// <summary>The strengths of a quote, by code in a fixed order and as a sentence.</summary>
internal static class ScoreFactors
{
    public const string PreferredProvider = "PREFERRED_PROVIDER";
    public const string CompetitivePricing = "COMPETITIVE_PRICING";
    public const string FastDelivery = "FAST_DELIVERY";
    public const string AllItemsInStock = "ALL_ITEMS_IN_STOCK";
    public const string MostItemsAvailable = "MOST_ITEMS_AVAILABLE";
    public const string GoodCommission = "GOOD_COMMISSION";
    public const string ReliableService = "RELIABLE_SERVICE";

    private const int StrongPriority = 60;
    private const int Strong = 80;

    public static IReadOnlyList<string> Of(ScoreBreakdown score)
    {
        var factors = new List<string>(6);
        Add(score.Input.Priority >= StrongPriority, PreferredProvider);
        Add(score.PriceScore > Strong, CompetitivePricing);
        Add(score.SpeedScore > Strong, FastDelivery);
        Add(score.AvailabilityScore == 100, AllItemsInStock);
        Add(score.AvailabilityScore is > Strong and < 100, MostItemsAvailable);
        Add(score.MarginScore > Strong, GoodCommission);
        Add(score.ReliabilityScore > Strong, ReliableService);
        return factors;

        void Add(bool applies, string factor)
        {
            if (applies)
            {
                factors.Add(factor);
            }
        }
    }

    /// <summary>A provider's strengths in a sentence for shoppers; our commission is left out.</summary>
    public static string Explain(string providerName, IReadOnlyList<string> factors, bool isWinner)
    {
        var reasons = new List<string>(factors.Count);
        foreach (var factor in factors)
        {
            if (Phrase(factor) is { } phrase)
            {
                reasons.Add(phrase);
            }
        }

        return (reasons.Count, isWinner) switch
        {
            (0, true) => $"{providerName} is the best of the available offers.",
            (0, false) => $"{providerName} is another offer.",
            (_, true) => $"{providerName} was chosen for {Join(reasons)}.",
            _ => $"{providerName} stands out for {Join(reasons)}.",
        };
    }

    private static string Join(List<string> reasons) => reasons switch
    {
        [var only] => only,
        [var first, var second] => $"{first} and {second}",
        _ => $"{string.Join(", ", reasons[..^1])}, and {reasons[^1]}",
    };

    private static string? Phrase(string factor) => factor switch
    {
        PreferredProvider => "being a preferred provider",
        CompetitivePricing => "a competitive price",
        FastDelivery => "fast delivery",
        AllItemsInStock => "having every item in stock",
        MostItemsAvailable => "having most of the items",
        ReliableService => "reliable service",
        _ => null,
    };
}
