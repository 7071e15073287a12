using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>The closed set of grocery providers, in declaration order; the wire names are part of the contract.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProviderId>))]
public enum ProviderId
{
    [JsonStringEnumMemberName("MEALME")]
    MealMe,

    [JsonStringEnumMemberName("INSTACART")]
    Instacart,

    [JsonStringEnumMemberName("KROGER_API")]
    KrogerApi,

    [JsonStringEnumMemberName("WALMART_API")]
    WalmartApi,
}

/// <summary>Translates provider ids between code, wire and database; the database holds the wire name.</summary>
public static class ProviderIds
{
    public static IReadOnlyList<ProviderId> All { get; } =
        [ProviderId.MealMe, ProviderId.Instacart, ProviderId.KrogerApi, ProviderId.WalmartApi];

    public static string ToWire(this ProviderId id) => id switch
    {
        ProviderId.MealMe => "MEALME",
        ProviderId.Instacart => "INSTACART",
        ProviderId.KrogerApi => "KROGER_API",
        ProviderId.WalmartApi => "WALMART_API",
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No such provider."),
    };

    /// <summary>The one name of the provider for people.</summary>
    public static string ToName(this ProviderId id) => id switch
    {
        ProviderId.MealMe => "MealMe MCP",
        ProviderId.Instacart => "Instacart",
        ProviderId.KrogerApi => "Kroger Direct",
        ProviderId.WalmartApi => "Walmart Direct",
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No such provider."),
    };

    /// <summary>Accepts wire names and the short lower-case names of older clients, in any case.</summary>
    public static bool TryParse(string? text, out ProviderId id)
    {
        (var known, id) = text?.Trim().ToUpperInvariant() switch
        {
            "MEALME" => (true, ProviderId.MealMe),
            "INSTACART" => (true, ProviderId.Instacart),
            "KROGER_API" or "KROGER" => (true, ProviderId.KrogerApi),
            "WALMART_API" or "WALMART" => (true, ProviderId.WalmartApi),
            _ => (false, default),
        };
        return known;
    }

    /// <exception cref="FormatException">The text is no provider's wire name: a row that this code did not write.</exception>
    public static ProviderId Parse(string text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"\"{text}\" is not a provider.");
}
