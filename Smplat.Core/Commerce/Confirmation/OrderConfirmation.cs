using System.Text.Json;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// Confirms a decision, once: whoever repeats the call is told the same, and two calls at once make one order. What the
/// order costs and who takes it comes from the stored session, never from the caller.
/// </summary>
public sealed class OrderConfirmation(
    ConfirmationStore sessions,
    LegConfirmation legs,
    PartStore parts,
    ConfirmationEnd end,
    StandingsRefresh standings,
    TimeProvider clock)
{
    private const string Endpoint = "confirm";

    public async Task<ConfirmAnswer> ConfirmAsync(ConfirmOrder order, CancellationToken cancellationToken)
    {
        var tokenHash = ConfirmationToken.Hash(order.Token);
        var (now, key) = (clock.GetUtcNow(), Convert.ToHexStringLower(tokenHash));
        if (order.IdempotencyKey is { } chosen)
        {
            var taken = await sessions.TakeKeyAsync(Endpoint, chosen, key, now.AddDays(1), cancellationToken);
            if (taken != key)
            {
                return ConfirmAnswer.Refused(ConfirmCodes.KeyReused, "The Idempotency-Key was used for another order.");
            }
        }

        var claimKey = order.IdempotencyKey is null ? key : $"key:{order.IdempotencyKey}";
        var session = await sessions.ClaimAsync(tokenHash, order.UserId, claimKey, now, cancellationToken);
        return session is null
            ? await ExplainAsync(tokenHash, order.UserId, claimKey, cancellationToken)
            : await ConfirmClaimedAsync(session, order);
    }

    /// <summary>From here on the caller's leaving changes nothing.</summary>
    private async Task<ConfirmAnswer> ConfirmClaimedAsync(ClaimedSession session, ConfirmOrder order)
    {
        var start = clock.GetTimestamp();
        var prepared = await Task.WhenAll(OrderLeg.Of(session, order).Select(legs.PrepareAsync));
        if (PreparedLeg.HaveChanged(prepared))
        {
            return await end.OfferAsync(session, prepared, Elapsed(start));
        }

        var outcomes = await OrderAsync(session, prepared, order.Payment);
        var answer = await end.ApplyAsync(session, outcomes, Elapsed(start));
        standings.Request();
        return answer;
    }

    /// <summary>
    /// All parts or as few as possible: nothing is ordered when one of several parts has no quote any more, the parts that
    /// can fail come first, and after a failure nothing further is ordered.
    /// </summary>
    private async Task<IReadOnlyList<LegOutcome>> OrderAsync(
        ClaimedSession session, PreparedLeg[] prepared, PaymentMethod? payment)
    {
        if (prepared.Length > 1 && Array.Find(prepared, leg => leg.Quote is null) is { } unready)
        {
            return [legs.Unready(session, unready)];
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
                await parts.BookAsync(session, done, CancellationToken.None);
            }
        }

        return outcomes;
    }

    private int Elapsed(long start) => (int)clock.GetElapsedTime(start).TotalMilliseconds;

    /// <summary>Why a token could not be claimed; the right user who repeats his call gets its stored answer.</summary>
    private async Task<ConfirmAnswer> ExplainAsync(
        byte[] tokenHash, string userId, string claimKey, CancellationToken cancellationToken)
    {
        var row = await sessions.FindAsync(tokenHash, cancellationToken);
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
                JsonSerializer.Deserialize(row.Result, CommerceJson.Default.ConfirmAnswer)!,
            "confirmed" or "failed" =>
                ConfirmAnswer.Refused(ConfirmCodes.TokenAlreadyUsed, "The token was used before; ask for a new quote."),
            "confirming" =>
                ConfirmAnswer.Refused(ConfirmCodes.InProgress, "The order is being confirmed; ask again in a moment."),
            "cancelled" =>
                ConfirmAnswer.Refused(ConfirmCodes.TokenCancelled, "The order was cancelled before it was confirmed."),
            _ => ConfirmAnswer.Refused(ConfirmCodes.TokenExpired, "The token has expired; ask for a new quote."),
        };
    }
}
