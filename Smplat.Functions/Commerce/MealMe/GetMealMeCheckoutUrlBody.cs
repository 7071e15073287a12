using System.Text.Json.Serialization;

namespace Smplat.Functions.Commerce.MealMe;

/// <param name="UseConnect">Let the shopper pay with a linked account; true when absent.</param>
public sealed record GetMealMeCheckoutUrlBody(
    [property: JsonPropertyName("cartId")] string CartId, [property: JsonPropertyName("useConnect")] bool? UseConnect)
{
    public const string Example =
        """
        {"cartId":"cart_000001"}
        """;
}
