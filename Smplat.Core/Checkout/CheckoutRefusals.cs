using Smplat.Core.Platform.Input;

namespace Smplat.Core.Checkout;

public sealed record CheckoutOrderNotFound() : NotFound("checkout.unknown_order", "Order not found");

public sealed record IllegalTransition(string FromStage, string FromStatus, string Stage, string Status) : Conflict(
    "checkout.illegal_transition",
    $"The checkout stands at {FromStage}/{FromStatus}; it cannot take {Stage}/{Status}.");

public sealed record CheckoutMoved(string Stage, int Version) : Conflict(
    "checkout.moved_on", $"The checkout has moved on: it stands at {Stage} in version {Version}. Read it again.");

public sealed record UnusableLink() : NotFound(
    "checkout.unusable_link", "The link is not valid any more.");
