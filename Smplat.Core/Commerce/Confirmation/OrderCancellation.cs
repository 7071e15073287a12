using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>A shopper's cancellation, by the token of the decision or by the id of the order.</summary>
public sealed record CancelOrder(string? Token, string? OrderId, string UserId, string? Reason)
{
    public static CancelOrder Read(Fields fields)
    {
        var token = fields.Text("confirmationToken", 1, 500, also: "confirmation_token");
        var orderId = fields.Text("orderId", 1, 128, also: "order_id");
        var userId = fields.RequiredText("userId", 1, 128, also: "user_id");
        var reason = fields.Text("reason", 0, 500);
        fields.Describe("orderId", "Instead of the token, once the order is confirmed");
        fields.RequireAny(token is not null || orderId is not null, "A confirmation token is required.", "confirmationToken", "orderId");

        return new CancelOrder(token, orderId, userId, reason);
    }
}

/// <param name="RefundAmount">Dollars that the provider refunds; absent when it does not say.</param>
public sealed record CancelAnswer(bool Success, string Message, string? Error = null, decimal? RefundAmount = null)
{
    public static CancelAnswer Refused(string code, string message) => new(false, message, code);
}

/// <summary>
/// Cancels a decision before it is confirmed, or an order where its provider supports it. Repeating the call succeeds and
/// changes nothing.
/// </summary>
public sealed class OrderCancellation(
    ConfirmationStore sessions,
    ProviderOrderStore orders,
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
        if (await sessions.CancelPendingAsync(hash, cancel.UserId, now, cancellationToken))
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
        var found = await orders.FindOrdersAsync(sessionId, orderRef, cancellationToken);
        if (found.Count == 0)
        {
            return CancelAnswer.Refused(ConfirmCodes.TokenNotFound, "No such order.");
        }

        if (found.Any(order => order.UserId is not null && order.UserId != cancel.UserId))
        {
            return CancelAnswer.Refused(ConfirmCodes.UserMismatch, "The order belongs to another user.");
        }

        long? refund = null;
        foreach (var order in found.Where(order => order.Status != "cancelled"))
        {
            var outcome = await AtProviderAsync(order, cancel.Reason, cancellationToken);
            if (outcome is not CancelOutcome.Cancelled done)
            {
                return Refusal(order, outcome);
            }

            await orders.CancelOrderAsync(order, clock.GetUtcNow(), CancellationToken.None);
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
