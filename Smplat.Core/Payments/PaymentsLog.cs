using Microsoft.Extensions.Logging;

namespace Smplat.Core.Payments;

/// <summary>Log events of payments, 6200 to 6299.</summary>
internal static partial class PaymentsLog
{
    [LoggerMessage(6200, LogLevel.Information, "Checkout session for order {OrderId} started as payment {PaymentId}")]
    internal static partial void CheckoutStarted(ILogger logger, Guid orderId, Guid paymentId);

    [LoggerMessage(6201, LogLevel.Error, "Checkout session for order {OrderId} could not be created: {Problem}")]
    internal static partial void CheckoutFailed(ILogger logger, Guid orderId, string problem);

    [LoggerMessage(6210, LogLevel.Information, "Event {EventId} ({EventType}) handled: {Result}")]
    internal static partial void EventHandled(ILogger logger, string eventId, string eventType, string result);

    [LoggerMessage(6211, LogLevel.Warning, "Event {EventId} ({EventType}) is parked: its payment is not known yet")]
    internal static partial void EventParked(ILogger logger, string eventId, string eventType);

    [LoggerMessage(6212, LogLevel.Error, "Event {EventId} ({EventType}) failed: {Problem}")]
    internal static partial void EventFailed(ILogger logger, string eventId, string eventType, string problem, Exception exception);

    [LoggerMessage(6213, LogLevel.Warning, "A webhook with an invalid signature was rejected: {Why}")]
    internal static partial void BadSignature(ILogger logger, string why);

    [LoggerMessage(6214, LogLevel.Error, "Event {EventId} ({EventType}) was abandoned: its payment never became known")]
    internal static partial void EventAbandoned(ILogger logger, string eventId, string? eventType);

    [LoggerMessage(6202, LogLevel.Information, "Checkout session of payment {PaymentId} for order {OrderId} is closed: it can no longer be paid")]
    internal static partial void SessionClosed(ILogger logger, Guid paymentId, Guid orderId);

    [LoggerMessage(6203, LogLevel.Warning, "Checkout session of payment {PaymentId} for order {OrderId} could not be closed yet: {Problem}")]
    internal static partial void SessionNotClosed(ILogger logger, Guid paymentId, Guid orderId, string problem);

    [LoggerMessage(6204, LogLevel.Warning, "Older checkout sessions of order {OrderId} could not be closed yet; the job payment-pages-superseded will close them")]
    internal static partial void SessionsLeftOpen(ILogger logger, Guid orderId, Exception exception);

    [LoggerMessage(6216, LogLevel.Error, "Order {OrderId} was paid twice: payment {PaymentId} is a duplicate; refund {Amount} {Currency}")]
    internal static partial void PaidAgain(ILogger logger, Guid orderId, Guid paymentId, decimal amount, string currency);

    [LoggerMessage(6217, LogLevel.Error, "Order {OrderId} is on hold: payment {PaymentId} received {Received} instead of {Expected}; refund it or settle the order manually")]
    internal static partial void Mismatched(ILogger logger, Guid orderId, Guid paymentId, Money received, Money expected);

    [LoggerMessage(6215, LogLevel.Information, "Payment {PaymentId} went from {From} to {To}")]
    internal static partial void StatusChanged(ILogger logger, Guid paymentId, string from, string to);
}
