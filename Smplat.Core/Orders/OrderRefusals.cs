using Smplat.Core.Platform.Input;

namespace Smplat.Core.Orders;

public sealed record OrderNotFound() : NotFound("orders.not_found", "Order not found");

public sealed record ProductNotFound() : NotFound("orders.product_not_found", "Product not found");

public sealed record UserNotFound() : NotFound("orders.user_not_found", "User not found");

public sealed record UnknownCurrency(string Currency)
    : Invalid("orders.unknown_currency", $"Unsupported currency {Currency}; EUR and USD are accepted.");

public sealed record UnknownSource(string Source)
    : Invalid("orders.unknown_source", $"Unsupported source {Source}; checkout and manual are accepted.");

public sealed record AmountOutOfRange()
    : Invalid("orders.amount_out_of_range", "The order's total is beyond 9999999999.99.");

public sealed record IllegalStatusChange(string From, string To)
    : Conflict("orders.illegal_status_change", $"An order that is {From} cannot become {To}.");

public sealed record KeyOfAnotherRequest()
    : Conflict("orders.key_of_another_request", "This Idempotency-Key has placed an order with another content.");
