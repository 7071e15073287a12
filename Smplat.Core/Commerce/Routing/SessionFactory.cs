using System.Security.Cryptography;
using System.Text;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Turns a decision into the row that its confirmation will read.</summary>
internal static class SessionFactory
{
    public static RoutingSession Create(
        string requestId, string token, RoutingDecision decision, DateTimeOffset now, TimeSpan lifetime)
    {
        var order = decision.Order;
        var quotes = decision.Split is { } legs ? Parts(legs) : Ranked(decision);

        return new RoutingSession(
            Guid.CreateVersion7(now),
            ConfirmationToken.Hash(token),
            requestId,
            order.UserId,
            decision.Selected.ToWire(),
            CommerceJson.Text(quotes, CommerceJson.Default.IReadOnlyListSessionQuote),
            CommerceJson.Text(order.Basket, CommerceJson.Default.QuoteRequest),
            order.Basket.Items.Count,
            order.Basket.CartHash,
            AddressHash(order.Basket.Address),
            order.Preferences.OptimizeFor.ToLabel(),
            CommerceJson.Text(decision.Weights, CommerceJson.Default.ScoreWeights),
            now,
            now + lifetime);
    }

    private static SessionQuote[] Ranked(RoutingDecision decision)
    {
        var quotes = new SessionQuote[decision.Ranked.Count];
        for (var index = 0; index < quotes.Length; index++)
        {
            quotes[index] = SessionQuote.From(decision.Ranked[index]);
        }

        return quotes;
    }

    private static SessionQuote[] Parts(IReadOnlyList<SplitLeg> legs) =>
        [.. legs.Select((leg, number) => SessionQuote.From(leg, number))];

    private static string AddressHash(DeliveryAddress address)
    {
        var text = string.Join('\u001f', address.Street, address.City, address.State, address.PostalCode, address.Country);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToLowerInvariant())));
    }
}
