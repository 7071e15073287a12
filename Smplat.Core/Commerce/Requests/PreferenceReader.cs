using System.Text.Json;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Requests;

/// <summary>Reads what the ranking should favour and the limits of the shopper. Unknown wishes are refused, unknown provider names ignored with a warning.</summary>
internal static class PreferenceReader
{
    public static (RoutingPreferences? Preferences, CommerceRefusal? Refusal) Read(JsonElement body, List<string> warnings)
    {
        // The snake_case tools promise that baskets are split unless the shopper says otherwise.
        var splitDefault = body.Field("delivery_address") is not null;
        if (body.Field("preferences") is not { } given)
        {
            return (RoutingPreferences.None with { AllowSplitOrders = splitDefault }, null);
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            return Refuse("preferences: an object.");
        }

        var optimize = Optimize(given.Field("optimize", "optimizeFor", "optimize_for"));
        if (optimize is null)
        {
            return Refuse("preferences.optimize: price, speed, margin, balanced or availability.");
        }

        var minutes = given.Field("maxDeliveryMinutes", "maxDeliveryTimeMinutes", "maxDeliveryTime", "max_delivery_time_minutes");
        if (minutes is not null && minutes.Value.WholeNumber() is not (>= 1 and <= 10_080))
        {
            return Refuse("preferences.maxDeliveryMinutes: a whole number from 1 to 10080.");
        }

        var fee = given.Field("maxDeliveryFee", "max_delivery_fee");
        var price = given.Field("maxPrice", "max_price");
        if ((fee is not null && Dollars(fee.Value) is null) || (price is not null && Dollars(price.Value) is null))
        {
            return Refuse("preferences.maxDeliveryFee and maxPrice: dollars from 0 to 1000000.");
        }

        var split = given.Field("allowSplitOrders", "allow_split_orders");
        var strategy = Strategy(given.Field("splitStrategy", "split_strategy"));
        if ((split is not null && split.Value.Switch() is null) || strategy is null)
        {
            return Refuse("preferences.allowSplitOrders: true or false; splitStrategy: cost, speed or providers.");
        }

        return (
            new RoutingPreferences
            {
                OptimizeFor = optimize.Value,
                MaxDeliveryMinutes = (int?)minutes?.WholeNumber(),
                MaxDeliveryFeeCents = fee is null ? null : Dollars(fee.Value),
                MaxPriceCents = price is null ? null : Dollars(price.Value),
                Preferred = Providers(given.Field("preferredProviders", "preferred_providers"), warnings),
                Excluded = Providers(given.Field("excludeProviders", "avoidProviders", "exclude_providers"), warnings),
                AllowSplitOrders = split?.Switch() ?? splitDefault,
                SplitStrategy = strategy.Value,
            },
            null);
    }

    private static OptimizeFor? Optimize(JsonElement? given) =>
        given is null ? OptimizeFor.Balanced : OptimizeLabels.Parse(given.Value.Text());

    private static SplitStrategy? Strategy(JsonElement? given) => given is null ? SplitStrategy.Cost : given.Value.Text() switch
    {
        "cost" => SplitStrategy.Cost,
        "speed" => SplitStrategy.Speed,
        "providers" => SplitStrategy.Providers,
        _ => null,
    };

    private static long? Dollars(JsonElement given) =>
        given.Number() is { } dollars and >= 0 and <= 1_000_000 ? Cents.Round(dollars * 100) : null;

    private static IReadOnlyList<ProviderId> Providers(JsonElement? given, List<string> warnings)
    {
        if (given is not { ValueKind: JsonValueKind.Array } names)
        {
            return [];
        }

        var ids = new List<ProviderId>();
        var unknown = false;
        foreach (var name in names.EnumerateArray())
        {
            if (!ProviderIds.TryParse(name.Text(), out var id))
            {
                unknown = true;
            }
            else if (!ids.Contains(id))
            {
                ids.Add(id);
            }
        }

        if (unknown)
        {
            warnings.Add("Unknown provider names in the preferences were ignored");
        }

        return ids;
    }

    private static (RoutingPreferences?, CommerceRefusal) Refuse(string problem) =>
        (null, CommerceRefusal.InvalidRequest(problem));
}
