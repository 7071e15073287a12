using Smplat.Core.Platform.Input;

namespace Smplat.Core.Payments;

public sealed record PaymentNotFound() : NotFound("payments.not_found", "Payment not found");

public sealed record NoSuchOrder() : NotFound("payments.order_not_found", "Order not found");

public sealed record OrderHasNoItems() : Invalid("payments.order_has_no_items", "Order has no items");

public sealed record OrderIsPaid() : Conflict("payments.order_is_paid", "The order is paid already");

public sealed record OrderIsCanceled() : Conflict("payments.order_is_canceled", "The order is canceled");

public sealed record KeyOfAnotherOrder()
    : Conflict("payments.key_of_another_order", "This Idempotency-Key was used for another order");

public sealed record PageIsClosed()
    : Conflict("payments.page_is_closed", "The page of this Idempotency-Key is closed; ask for a new one with another key");

public sealed record StripeNotConfigured(string Setting)
    : Unavailable("payments.not_configured", $"Payments are not configured; {Setting} is not set.");

public sealed record BadSignature() : Invalid("payments.bad_signature", "Invalid webhook signature");

public sealed record UnreadableEvent() : Invalid("payments.unreadable_event", "The webhook's body is not an event");
