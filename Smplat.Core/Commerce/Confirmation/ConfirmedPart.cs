using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>What became of one part of a divided order.</summary>
/// <param name="Status"><c>placed</c>, <c>handed_off</c>, <c>failed</c>, <c>checking</c> or <c>not_ordered</c>.</param>
/// <param name="Items">Ids of its items, as the caller named them.</param>
public sealed record ConfirmedPart(ProviderId Provider, string Status, IReadOnlyList<string> Items, long TotalCents)
{
    public ProviderId ProviderId => Provider;

    public string? OrderId { get; init; }

    /// <summary>Where the shopper goes on, for a part that is handed over. Each such part has its own.</summary>
    public string? CheckoutUrl { get; init; }

    public string? TrackingUrl { get; init; }

    public DateTimeOffset? EstimatedDelivery { get; init; }

    public string? Error { get; init; }
}
