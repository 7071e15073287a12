namespace Smplat.Functions.Analytics;

/// <summary>The answer to a batch: 202 when all is stored, 207 when something was rejected.</summary>
public sealed record OfferEventBatchReceipt(
    int Accepted, int Duplicates, int Rejected, IReadOnlyList<OfferEventItemReceipt> Results);
