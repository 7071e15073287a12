using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads what the ranking should favour and the limits of the shopper. Unknown wishes are refused, unknown provider names ignored with a warning.</summary>
internal static class PreferenceReader
{
    private const int MostMinutes = 10_080;
    private const int MostDollars = 1_000_000;

    private static readonly InputShape ProviderList = InputShape.ListOf(
        InputShape.Words([.. ProviderIds.All.Select(id => id.ToWire())]), 0, null);

    /// <summary>What <see cref="Read"/> takes.</summary>
    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderPreferences",
        new("optimize", InputShape.Words([.. Enum.GetValues<OptimizeFor>().Select(OptimizeLabels.ToLabel)]))
        {
            Also = ["optimizeFor", "optimize_for"],
            Description = "balanced when left out",
        },
        new("maxDeliveryMinutes", InputShape.Integer(1, MostMinutes))
        {
            Also = ["maxDeliveryTimeMinutes", "maxDeliveryTime", "max_delivery_time_minutes"],
        },
        new("maxDeliveryFee", InputShape.Number(0, MostDollars)) { Also = ["max_delivery_fee"], Description = "Dollars" },
        new("maxPrice", InputShape.Number(0, MostDollars)) { Also = ["max_price"], Description = "Dollars" },
        new("preferredProviders", ProviderList) { Also = ["preferred_providers"], IsLenient = true },
        new("excludeProviders", ProviderList) { Also = ["avoidProviders", "exclude_providers"], IsLenient = true },
        new("allowSplitOrders", new(InputKind.Flag)) { Also = ["allow_split_orders"] },
        new("splitStrategy", InputShape.Words("cost", "speed", "providers"))
        {
            Also = ["split_strategy"],
            Description = "cost when left out",
        });

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
        if (minutes is not null && minutes.Value.WholeNumber() is not (>= 1 and <= MostMinutes))
        {
            return Refuse($"preferences.maxDeliveryMinutes: a whole number from 1 to {MostMinutes}.");
        }

        var fee = given.Field("maxDeliveryFee", "max_delivery_fee");
        var price = given.Field("maxPrice", "max_price");
        if ((fee is not null && Dollars(fee.Value) is null) || (price is not null && Dollars(price.Value) is null))
        {
            return Refuse($"preferences.maxDeliveryFee and maxPrice: dollars from 0 to {MostDollars}.");
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
        given.Number() is { } dollars and >= 0 and <= MostDollars ? Cents.Round(dollars * 100) : null;

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
