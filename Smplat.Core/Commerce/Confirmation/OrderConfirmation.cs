using System.Text.Json;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Sessions;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// Confirms a decision, once: whoever repeats the call is told the same, and two calls at once make one order. What the
/// order costs and who takes it comes from the stored session, never from the caller.
/// </summary>
public sealed class OrderConfirmation(
    ConfirmationStore sessions,
    LegConfirmation legs,
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
        var outcomes = new List<LegOutcome>();
        foreach (var leg in OrderLeg.Of(session, order))
        {
            var outcome = await legs.ConfirmAsync(session, leg, order.Payment);
            outcomes.Add(outcome);
            if (outcome is not LegOutcome.Done)
            {
                break;
            }
        }

        var answer = await end.ApplyAsync(session, outcomes, (int)clock.GetElapsedTime(start).TotalMilliseconds);
        standings.Request();
        return answer;
    }

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
