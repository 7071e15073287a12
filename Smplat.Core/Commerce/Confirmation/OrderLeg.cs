using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A part of a confirmation that goes to one provider; an order that is not split has one.</summary>
/// <param name="Alternative">Where it may go when the first provider provably took nothing; null in a split.</param>
public sealed record OrderLeg(int Number, SessionQuote Quote, SessionQuote? Alternative, QuoteRequest Basket)
{
    public ShopperContact? Contact { get; init; }

    public static IReadOnlyList<OrderLeg> Of(ClaimedSession session, ConfirmOrder? order)
    {
        var basket = order?.KrogerAccessToken is { } token
            ? session.Request with { User = (session.Request.User ?? new UserContext()) with { KrogerAccessToken = token } }
            : session.Request;
        var parts = session.Quotes.Where(quote => quote.Leg is not null).OrderBy(quote => quote.Leg).ToArray();
        return parts.Length == 0
            ? [new OrderLeg(0, session.Quotes[0], session.Quotes.ElementAtOrDefault(1), basket) { Contact = order?.Contact }]
            :
            [
                .. parts.Select(part => new OrderLeg(part.Leg!.Value, part, null, Part(basket, part.ItemIds!)) { Contact = order?.Contact }),
            ];
    }

    public ConfirmRequest Request(ClaimedSession session, SessionQuote quote, PaymentMethod? payment) =>
        new(session.Id, OrderAttempt.KeyFor(session.Id, Number, quote.Provider), session.UserId, Basket, quote.Quote, payment)
        {
            Contact = Contact,
        };

    private static QuoteRequest Part(QuoteRequest basket, IReadOnlyList<string> itemIds)
    {
        var items = basket.Items.Where(item => itemIds.Contains(item.Id)).ToArray();
        return basket with { Items = items, CartHash = CartHash.Of(items, basket.Address) };
    }
}
