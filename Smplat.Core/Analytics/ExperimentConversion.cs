namespace Smplat.Core.Analytics;

/// <summary>What came of an experiment.</summary>
/// <param name="OrderTotal">Sum in the currency with the largest sum.</param>
public sealed record ExperimentConversion(
    string Slug,
    long OrderCount,
    long JourneyCount,
    decimal OrderTotal,
    string OrderCurrency,
    long LoyaltyPoints,
    DateTimeOffset LastActivity);
