using System.Text.Json;
using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>One way to have a cart delivered, and whether it is the cheapest or the fastest of them.</summary>
public sealed record DeliveryQuote(string Provider, int? EtaMinutes, long FeeCents, bool IsCheapest, bool IsFastest)
{
    public decimal Fee => FeeCents / 100m;

    /// <summary>Lowest fee and lowest time; equals go to the first. A quote without a time is never the fastest.</summary>
    public static IReadOnlyList<DeliveryQuote> Rank(IReadOnlyList<AggregatorDelivery> deliveries)
    {
        var cheapest = deliveries.MinBy(delivery => delivery.FeeCents);
        var fastest = deliveries.Where(delivery => delivery.EtaMinutes is not null).MinBy(delivery => delivery.EtaMinutes);
        return
        [
            .. deliveries.Select(delivery => new DeliveryQuote(
                delivery.Provider,
                delivery.EtaMinutes,
                delivery.FeeCents,
                ReferenceEquals(delivery, cheapest),
                ReferenceEquals(delivery, fastest))),
        ];
    }
}

/// <summary>The text of a quote in its <c>raw</c> column.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DeliveryQuote))]
internal sealed partial class DeliveryQuoteJson : JsonSerializerContext
{
    public static string Write(DeliveryQuote quote) => JsonSerializer.Serialize(quote, Default.DeliveryQuote);
}
