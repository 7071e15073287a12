using System.Globalization;
using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The body of a routing call after reading.</summary>
public abstract record RouteReading
{
    private RouteReading()
    {
    }

    public sealed record Order(RouteOrder Request) : RouteReading;

    public sealed record HealthCheck : RouteReading;

    public sealed record Refused(CommerceRefusal Refusal) : RouteReading;
}

/// <summary>
/// Reads a routing call in any of its three dialects (runbook, older clients, snake_case tools) into one request, and
/// checks it. Whatever the bytes are, the result is a request or a refusal, never an exception.
/// </summary>
public static class RouteOrderReader
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private const int MaxUserIdLength = 128;
    private const int MaxInstructionsLength = 500;

    /// <summary>The body that <see cref="Read"/> accepts, in the spelling of the runbook.</summary>
    public static InputShape Shape { get; } = InputShape.AnyOf(
        InputShape.ObjectOf(
            "RouteOrder",
            new("items", ItemReader.Shape) { IsRequired = true, IsNullable = false },
            new("shippingAddress", AddressReader.Shape)
            {
                IsRequired = true,
                IsNullable = false,
                Also = ["location", "delivery_address"],
            },
            new("userId", InputShape.Text(max: MaxUserIdLength))
            {
                Also = ["user_id"],
                Description = "Binds the confirmation to this user",
            },
            new("preferences", PreferenceReader.Shape),
            new("userContext", UserContextReader.Shape) { Also = ["user_context"], IsLenient = true },
            new("deliveryWindow", DeliveryWindowReader.Shape) { Also = ["delivery_window"] },
            new("specialInstructions", InputShape.Text())
            {
                Also = ["special_instructions"],
                IsLenient = true,
                Description = $"Cut off after {MaxInstructionsLength} characters",
            }),
        InputShape.ObjectOf(
            "ProviderHealthCheck",
            new InputMember("action", InputShape.Words("health_check")) { IsRequired = true, IsNullable = false }));

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    public static RouteReading Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var text = body.Span.StartsWith(ByteOrderMark) ? body[ByteOrderMark.Length..] : body;
            using var document = JsonDocument.Parse(text, Options);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? ReadObject(document.RootElement)
                : new RouteReading.Refused(CommerceRefusal.InvalidJson("The body must be a JSON object."));
        }
        catch (JsonException exception)
        {
            return new RouteReading.Refused(CommerceRefusal.InvalidJson(Where(exception)));
        }
        catch (InvalidOperationException)
        {
            // A string with an invalid escape or invalid UTF-8, found while reading it.
            return new RouteReading.Refused(CommerceRefusal.InvalidJson("A string in the body is not valid Unicode."));
        }
    }

    /// <summary>Says where the error is and repeats none of the text.</summary>
    private static string Where(JsonException exception) =>
        exception is { LineNumber: { } line, BytePositionInLine: { } position }
            ? string.Create(CultureInfo.InvariantCulture, $"The body is not valid JSON at line {line + 1}, byte {position + 1}.")
            : "The body is not valid JSON: every member may appear only once.";

    private static RouteReading ReadObject(JsonElement body)
    {
        var items = body.Field("items");
        if (body.Field("action") is { } action)
        {
            if (action.Text() == "health_check")
            {
                return new RouteReading.HealthCheck();
            }

            if (items is null)
            {
                return Refuse(CommerceRefusal.InvalidRequest("action: only health_check is known."));
            }
        }

        if (items is null)
        {
            return Refuse(CommerceRefusal.InvalidRequest("items: required."));
        }

        var warnings = new List<string>();
        return ReadOrder(body, items.Value, warnings) switch
        {
            (null, var refusal) => Refuse(refusal!),
            (var order, _) => new RouteReading.Order(order),
        };
    }

    private static (RouteOrder? Order, CommerceRefusal? Refusal) ReadOrder(
        JsonElement body, JsonElement items, List<string> warnings)
    {
        var (lines, itemsRefusal) = ItemReader.Read(items, warnings);
        if (lines is null)
        {
            return (null, itemsRefusal);
        }

        var (address, addressRefusal) = AddressReader.Read(body.Field("shippingAddress", "location", "delivery_address"));
        if (address is null)
        {
            return (null, addressRefusal);
        }

        var (preferences, preferencesRefusal) = PreferenceReader.Read(body, warnings);
        if (preferences is null)
        {
            return (null, preferencesRefusal);
        }

        string? userId = null;
        if (body.Field("userId", "user_id") is { } user)
        {
            userId = user.Text();
            if (userId is null or { Length: > MaxUserIdLength })
            {
                return (null, CommerceRefusal.InvalidRequest($"userId: text of at most {MaxUserIdLength} characters."));
            }
        }

        var (window, windowRefusal) = DeliveryWindowReader.Read(body.Field("deliveryWindow", "delivery_window"));
        if (windowRefusal is not null)
        {
            return (null, windowRefusal);
        }

        var basket = new QuoteRequest(
            lines,
            address,
            CartHash.Compute(lines, address),
            UserContextReader.Read(body.Field("userContext", "user_context")),
            window,
            Limit(body.Field("specialInstructions", "special_instructions")?.Text(), MaxInstructionsLength));
        return (new RouteOrder(Limit(userId, MaxUserIdLength), basket, preferences, warnings), null);
    }

    private static string? Limit(string? text, int length) =>
        string.IsNullOrEmpty(text) ? null : SafeText.Cut(text, length);

    private static RouteReading.Refused Refuse(CommerceRefusal refusal) => new(refusal);
}

/// <summary>Reads what the ranking should favour and the shopper's limits. Unknown values are refused; unknown provider names are ignored with a warning.</summary>
internal static class PreferenceReader
{
    private const int MaxMinutes = 10_080;
    private const int MaxDollars = 1_000_000;

    private static readonly InputShape ProviderList = InputShape.ListOf(
        InputShape.Words([.. ProviderIds.All.Select(id => id.ToWire())]), 0, null);

    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderPreferences",
        new("optimize", InputShape.Words([.. Enum.GetValues<OptimizeFor>().Select(OptimizeLabels.ToLabel)]))
        {
            Also = ["optimizeFor", "optimize_for"],
            Description = "balanced when left out",
        },
        new("maxDeliveryMinutes", InputShape.Integer(1, MaxMinutes))
        {
            Also = ["maxDeliveryTimeMinutes", "maxDeliveryTime", "max_delivery_time_minutes"],
        },
        new("maxDeliveryFee", InputShape.Number(0, MaxDollars)) { Also = ["max_delivery_fee"], Description = "Dollars" },
        new("maxPrice", InputShape.Number(0, MaxDollars)) { Also = ["max_price"], Description = "Dollars" },
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
        // The snake_case tools document that orders may be split unless the shopper says otherwise.
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
        if (minutes is not null && minutes.Value.WholeNumber() is not (>= 1 and <= MaxMinutes))
        {
            return Refuse($"preferences.maxDeliveryMinutes: a whole number from 1 to {MaxMinutes}.");
        }

        var fee = given.Field("maxDeliveryFee", "max_delivery_fee");
        var price = given.Field("maxPrice", "max_price");
        if ((fee is not null && Dollars(fee.Value) is null) || (price is not null && Dollars(price.Value) is null))
        {
            return Refuse($"preferences.maxDeliveryFee and maxPrice: dollars from 0 to {MaxDollars}.");
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
        given.Number() is { } dollars and >= 0 and <= MaxDollars ? Cents.Round(dollars * 100) : null;

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

internal static class DeliveryWindowReader
{
    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderDeliveryWindow",
        new("earliest", new(InputKind.Instant)),
        new("latest", new(InputKind.Instant)) { Description = "Not before earliest" });

    public static (DeliveryWindow? Window, CommerceRefusal? Refusal) Read(JsonElement? given)
    {
        if (given is null)
        {
            return (null, null);
        }

        var (earliest, isEarliestRead) = Instant(given.Value.Field("earliest"));
        var (latest, isLatestRead) = Instant(given.Value.Field("latest"));
        return given.Value.ValueKind == JsonValueKind.Object && isEarliestRead && isLatestRead && !(earliest > latest)
            ? (new DeliveryWindow(earliest, latest), null)
            : (null, CommerceRefusal.InvalidRequest("deliveryWindow: earliest and latest as ISO 8601 instants, in order."));
    }

    private static (DateTimeOffset? Instant, bool IsRead) Instant(JsonElement? given) => given switch
    {
        null => (null, true),
        { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out var instant) => (instant.ToUniversalTime(), true),
        _ => (null, false),
    };
}

/// <summary>Reads the shopper's accounts at the providers; unusable values are ignored.</summary>
internal static class UserContextReader
{
    private const int MaxAccountLength = 128;
    private const int MaxTokenLength = 4096;
    private const int MaxLoyaltyIds = 10;

    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderUserContext",
        Account("krogerCustomerId", "kroger_customer_id"),
        Account("walmartCustomerId", "walmart_customer_id"),
        Account("instacartUserId", "instacart_user_id"),
        Account("mealmeUserId", "mealme_user_id"),
        new("loyaltyIds", InputShape.ListOf(InputShape.Text(), 0, null)) { Also = ["loyalty_ids"], IsLenient = true },
        new("krogerAccessToken", InputShape.Text(max: MaxTokenLength)) { Also = ["kroger_access_token"], IsLenient = true });

    public static UserContext? Read(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } context)
        {
            return null;
        }

        return new UserContext(
            Account(context.Field("krogerCustomerId", "kroger_customer_id"), MaxAccountLength),
            Account(context.Field("walmartCustomerId", "walmart_customer_id"), MaxAccountLength),
            Account(context.Field("instacartUserId", "instacart_user_id"), MaxAccountLength),
            Account(context.Field("mealmeUserId", "mealme_user_id"), MaxAccountLength),
            Loyalty(context.Field("loyaltyIds", "loyalty_ids")),
            Account(context.Field("krogerAccessToken", "kroger_access_token"), MaxTokenLength));
    }

    private static List<string>? Loyalty(JsonElement? given) =>
        given is { ValueKind: JsonValueKind.Array } ids
            ? [.. ids.EnumerateArray().Select(id => Account(id, MaxAccountLength)).OfType<string>().Take(MaxLoyaltyIds)]
            : null;

    private static InputMember Account(string name, string also) =>
        new(name, InputShape.Text(max: MaxAccountLength)) { Also = [also], IsLenient = true };

    private static string? Account(JsonElement? given, int longest) =>
        given?.Text() is { Length: > 0 } text && text.Length <= longest ? text : null;
}
