using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// Confirms a decision exactly once: a repeated call gets the same answer, and two simultaneous calls place one order. Price
/// and provider come from the stored session, never from the caller.
/// </summary>
public sealed class OrderConfirmation(
    ConfirmationStore sessions,
    ProviderOrderStore orders,
    LegConfirmation legs,
    ConfirmationRecorder recorder,
    ProviderStatsRefresh stats,
    TimeProvider clock)
{
    private const string Endpoint = "confirm";

    private static readonly TimeSpan FollowFor = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FollowPause = TimeSpan.FromMilliseconds(50);

    public async Task<ConfirmAnswer> ConfirmAsync(ConfirmOrder order, CancellationToken cancellationToken)
    {
        var tokenHash = ConfirmationToken.Hash(order.Token);
        var (now, key) = (clock.GetUtcNow(), Convert.ToHexStringLower(tokenHash));
        if (order.IdempotencyKey is { } chosen)
        {
            var taken = await sessions.TakeKeyAsync(Endpoint, KeyOf(order.UserId, chosen), key, now, cancellationToken);
            if (taken != key)
            {
                return ConfirmAnswer.Refused(ConfirmCodes.KeyReused, "The Idempotency-Key was used for another order.");
            }
        }

        var claimKey = order.IdempotencyKey is null ? key : $"key:{order.IdempotencyKey}";
        var session = await sessions.ClaimAsync(tokenHash, order.UserId, claimKey, now, cancellationToken);
        return session is null
            ? await FollowAsync(tokenHash, order.UserId, claimKey, cancellationToken)
            : await ConfirmClaimedAsync(session, order);
    }

    /// <summary>From here on, nothing is cancelled when the caller disconnects.</summary>
    private async Task<ConfirmAnswer> ConfirmClaimedAsync(ClaimedSession session, ConfirmOrder order)
    {
        var start = clock.GetTimestamp();
        var prepared = await Task.WhenAll(OrderLeg.From(session, order).Select(legs.PrepareAsync));
        if (PreparedLeg.HaveChanged(prepared))
        {
            return await recorder.OfferNewPriceAsync(session, prepared, Elapsed(start));
        }

        var outcomes = await OrderAsync(session, prepared, order.Payment);
        var answer = await recorder.RecordAsync(session, outcomes, Elapsed(start));
        stats.Request();
        return answer;
    }

    /// <summary>
    /// Orders all parts, or as few as possible: none when one of several parts no longer has a quote; parts that can fail go
    /// first, and nothing more is ordered after a failure.
    /// </summary>
    private async Task<IReadOnlyList<LegOutcome>> OrderAsync(
        ClaimedSession session, PreparedLeg[] prepared, PaymentMethod? payment)
    {
        if (prepared.Length > 1 && Array.Find(prepared, leg => leg.Quote is null) is { } unquoted)
        {
            return [legs.NoQuote(session, unquoted)];
        }

        var outcomes = new List<LegOutcome>();
        foreach (var leg in prepared.OrderByDescending(legs.MayFail).ThenBy(leg => leg.Leg.Number))
        {
            var outcome = await legs.ConfirmAsync(session, leg, payment);
            outcomes.Add(outcome);
            if (outcome is not LegOutcome.Done done)
            {
                break;
            }

            if (outcomes.Count < prepared.Length)
            {
                await orders.BookAsync(session, done, clock.GetUtcNow(), CancellationToken.None);
            }
        }

        return outcomes;
    }

    /// <summary>A key belongs to the caller who chose it: two callers may choose the same one.</summary>
    private static string KeyOf(string userId, string chosen) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{userId}\n{chosen}")));

    /// <summary>
    /// A second call waits a moment for the first one, so that both get its answer. One that takes longer is told that it is
    /// under way; the same call again tells how it ended.
    /// </summary>
    private async Task<ConfirmAnswer> FollowAsync(
        byte[] tokenHash, string userId, string claimKey, CancellationToken cancellationToken)
    {
        var answer = await ExplainAsync(tokenHash, userId, claimKey, cancellationToken);
        for (var start = clock.GetTimestamp(); answer.IsRecent && clock.GetElapsedTime(start) < FollowFor;)
        {
            await Task.Delay(FollowPause, clock, cancellationToken);
            answer = await ExplainAsync(tokenHash, userId, claimKey, cancellationToken);
        }

        return answer.Answer;
    }

    private int Elapsed(long start) => (int)clock.GetElapsedTime(start).TotalMilliseconds;

    /// <summary>Why a token could not be claimed. The same user repeating the call gets the stored answer.</summary>
    private async Task<(ConfirmAnswer Answer, bool IsRecent)> ExplainAsync(
        byte[] tokenHash, string userId, string claimKey, CancellationToken cancellationToken)
    {
        var row = await sessions.FindAsync(tokenHash, cancellationToken);
        return (Explain(row, userId, claimKey), row is { Status: "confirming" } && clock.GetUtcNow() - row.UpdatedAt < FollowFor);
    }

    private static ConfirmAnswer Explain(SessionRow? row, string userId, string claimKey)
    {
        if (row is null)
        {
            return ConfirmAnswer.Refused(ConfirmCodes.TokenNotFound, "No such confirmation token.");
        }

        if (row.UserId is not null && row.UserId != userId)
        {
            return ConfirmAnswer.Refused(ConfirmCodes.UserMismatch, "The token belongs to another user.");
        }

        return row.Status switch
        {
            "confirmed" or "failed" when row.Result is not null && row.ClaimKey == claimKey =>
                JsonSerializer.Deserialize(row.Result, ConfirmationJson.Default.ConfirmAnswer)!,
            "confirmed" or "failed" =>
                ConfirmAnswer.Refused(ConfirmCodes.TokenAlreadyUsed, "The token was already used; request a new quote."),
            "confirming" =>
                ConfirmAnswer.Refused(ConfirmCodes.InProgress, "The order is being confirmed; make the same call again to hear how it ended."),
            "cancelled" =>
                ConfirmAnswer.Refused(ConfirmCodes.TokenCancelled, "The order was cancelled before it was confirmed."),
            _ => ConfirmAnswer.Refused(ConfirmCodes.TokenExpired, "The token has expired; request a new quote."),
        };
    }
}

/// <summary>A session that this process may confirm; its version fences every write.</summary>
/// <param name="Quotes">In rank order, winner first.</param>
public sealed record ClaimedSession(
    Guid Id,
    string RequestId,
    string? UserId,
    IReadOnlyList<SessionQuote> Quotes,
    QuoteRequest Request,
    int ItemsCount,
    DateTimeOffset ExpiresAt,
    long RowVersion)
{
    /// <summary>The version that the owner's writes must find. It moves on when the owner fences off its own abandoned call.</summary>
    public long RowVersion { get; set; } = RowVersion;

    public bool IsSplit => Quotes[0].Leg is not null;
}

/// <summary>The part of a confirmation that goes to one provider; an order that is not split has one part.</summary>
/// <param name="Alternative">The provider to try when the first provably took nothing; null in a split order.</param>
public sealed record OrderLeg(int Number, SessionQuote Quote, SessionQuote? Alternative, QuoteRequest Basket)
{
    public ShopperContact? Contact { get; init; }

    public static IReadOnlyList<OrderLeg> From(ClaimedSession session, ConfirmOrder? order)
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
        return basket with { Items = items, CartHash = CartHash.Compute(items, basket.Address) };
    }
}

/// <summary>A part with its current quote, or the reason why there is none.</summary>
public sealed record PreparedLeg(OrderLeg Leg, SessionQuote? Quote, ProviderFailure? Failure)
{
    public SessionQuote Agreed => Leg.Quote;

    /// <summary>
    /// Whether the order as a whole is no longer what the shopper agreed to: more expensive than the tolerance allows, or with
    /// fewer items. Checked over all parts, before any of them is ordered.
    /// </summary>
    public static bool HaveChanged(IReadOnlyList<PreparedLeg> legs) =>
        legs.All(leg => leg.Quote is not null)
        && (!PriceTolerance.Allows(legs.Sum(leg => leg.Agreed.TotalCents), legs.Sum(leg => leg.Quote!.TotalCents))
            || legs.Any(leg => leg.Quote!.Found + leg.Quote.Substituted < leg.Agreed.Found + leg.Agreed.Substituted));
}

/// <summary>How much the price may rise without asking the shopper again: a dollar or 2 percent.</summary>
internal static class PriceTolerance
{
    private const long MinCents = 100;

    public static bool Allows(long agreedCents, long nowCents) =>
        nowCents - agreedCents <= Math.Max(MinCents, agreedCents * 2 / 100);
}
