using System.Text.Json.Serialization;

namespace Smplat.Functions.Commerce.MealMe;

/// <summary>
/// The older dialect's event, for the API document. The newer one is read as well: an envelope of <c>id</c>, <c>type</c>,
/// <c>created</c> and <c>data</c>.
/// </summary>
public sealed record TakeMealMeWebhookBody(
    [property: JsonPropertyName("orderId")] string? OrderId,
    string? Status,
    TakeMealMeWebhookBody.Amounts? Totals,
    IReadOnlyList<TakeMealMeWebhookBody.Item>? Items)
{
    public const string Example =
        """
        {"orderId":"ord_000001","status":"in_progress","totals":{"subtotal":2499,"fees":499,"tip":100,"total":3098}}
        """;

    public sealed record Amounts(decimal? Subtotal, decimal? Fees, decimal? Tip, decimal? Total);

    public sealed record Item(string? Sku, string Name, decimal Quantity, decimal? Price);
}
