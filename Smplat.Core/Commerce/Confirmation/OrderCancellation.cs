using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// Cancels a decision before it is confirmed, or an order where its provider can. Repeating it changes nothing and succeeds.
/// </summary>
public sealed class OrderCancellation(
    CancellationStore cancellations,
    ConfirmationStore sessions,
    ProviderGateways gateways,
    ProviderRegistry registry,
    TimeProvider clock)
{
    private static readonly CancelAnswer Cancelled = new(true, "The order is cancelled.");

    public Task<CancelAnswer> CancelAsync(CancelOrder cancel, CancellationToken cancellationToken) =>
        cancel.Token is { } token
            ? ByTokenAsync(token, cancel, cancellationToken)
            : ByOrderAsync(null, cancel.OrderId, cancel, cancellationToken);

    private async Task<CancelAnswer> ByTokenAsync(string token, CancelOrder cancel, CancellationToken cancellationToken)
    {
        var (hash, now) = (ConfirmationToken.Hash(token), clock.GetUtcNow());
        if (await cancellations.CancelPendingAsync(hash, cancel.UserId, now, cancellationToken))
        {
            return Cancelled;
        }

        var row = await sessions.FindAsync(hash, cancellationToken);
        if (row is null)
        {
            return CancelAnswer.Refused(ConfirmCodes.TokenNotFound, "No such confirmation token.");
        }

        if (row.UserId is not null && row.UserId != cancel.UserId)
        {
            return CancelAnswer.Refused(ConfirmCodes.UserMismatch, "The token belongs to another user.");
        }

        return row.Status switch
        {
            "cancelled" => Cancelled,
            "failed" => new CancelAnswer(true, "Nothing was ordered."),
            "confirming" => CancelAnswer.Refused(ConfirmCodes.InProgress, "The order is being confirmed; ask again in a moment."),
            "confirmed" => await ByOrderAsync(row.Id, null, cancel, cancellationToken),
            _ => CancelAnswer.Refused(ConfirmCodes.TokenExpired, "The token has expired; nothing was ordered."),
        };
    }

    private async Task<CancelAnswer> ByOrderAsync(
        Guid? sessionId, string? orderRef, CancelOrder cancel, CancellationToken cancellationToken)
    {
        var orders = await cancellations.FindOrdersAsync(sessionId, orderRef, cancellationToken);
        if (orders.Count == 0)
        {
            return CancelAnswer.Refused(ConfirmCodes.TokenNotFound, "No such order.");
        }

        if (orders.Any(order => order.UserId is not null && order.UserId != cancel.UserId))
        {
            return CancelAnswer.Refused(ConfirmCodes.UserMismatch, "The order belongs to another user.");
        }

        long? refund = null;
        foreach (var order in orders.Where(order => order.Status != "cancelled"))
        {
            var outcome = await AtProviderAsync(order, cancel.Reason, cancellationToken);
            if (outcome is not CancelOutcome.Cancelled done)
            {
                return Refusal(order, outcome);
            }

            await cancellations.CancelOrderAsync(order, clock.GetUtcNow(), CancellationToken.None);
            refund = done.RefundCents is { } cents ? (refund ?? 0) + cents : refund;
        }

        return Cancelled with { RefundAmount = refund / 100m };
    }

    private async Task<CancelOutcome> AtProviderAsync(OrderRow order, string? reason, CancellationToken cancellationToken)
    {
        var id = ProviderIds.Parse(order.ProviderId);
        return order is { Status: "placed", ProviderOrderId: { } vendorId }
            ? await gateways.For(id).CancelAsync(
                new CancelRequest(order.SessionId, vendorId, reason), registry.Find(id), cancellationToken)
            : new CancelOutcome.NotSupported();
    }

    private CancelAnswer Refusal(OrderRow order, CancelOutcome outcome)
    {
        var name = registry.Find(ProviderIds.Parse(order.ProviderId)).Name;
        return outcome is CancelOutcome.Failed failed
            ? CancelAnswer.Refused(failed.Failure.Code, $"{name} did not cancel the order: {failed.Failure.Message}.")
            : CancelAnswer.Refused(
                ConfirmCodes.AlreadyConfirmed, $"The order is with {name}; cancel it there.");
    }
}
