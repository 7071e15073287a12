using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>A valid order to route, whatever dialect it came in.</summary>
/// <param name="UserId">Optional for routing; binds the confirmation to the user when given.</param>
/// <param name="Warnings">What was assumed while reading, for the answer.</param>
public sealed record RouteOrder(
    string? UserId,
    QuoteRequest Basket,
    RoutingPreferences Preferences,
    IReadOnlyList<string> Warnings);

/// <summary>What the shopper wants the ranking to favour, and the limits a quote must keep.</summary>
public sealed record RoutingPreferences
{
    public static RoutingPreferences None { get; } = new();

    public OptimizeFor OptimizeFor { get; init; } = OptimizeFor.Balanced;

    public int? MaxDeliveryMinutes { get; init; }

    public long? MaxDeliveryFeeCents { get; init; }

    public long? MaxPriceCents { get; init; }

    public IReadOnlyList<ProviderId> Preferred { get; init; } = [];

    public IReadOnlyList<ProviderId> Excluded { get; init; } = [];

    public bool AllowSplitOrders { get; init; }

    public SplitStrategy SplitStrategy { get; init; } = SplitStrategy.Cost;
}

public enum OptimizeFor
{
    Balanced,
    Price,
    Speed,
    Margin,
    Availability,
}

/// <summary>What a split of the basket over several providers should achieve.</summary>
public enum SplitStrategy
{
    Cost,
    Speed,
    Providers,
}
