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
