namespace Smplat.Core.Billing;

/// <summary>What the payment provider's events say about a hosted session.</summary>
public static class HostedTransitionPolicy
{
    /// <param name="payloadStatus">The <c>status</c> member of the event's object.</param>
    /// <returns>Null for events that say nothing about it.</returns>
    public static string? StatusFor(string eventType, string? payloadStatus) => eventType switch
    {
        "checkout.session.completed" or "checkout.session.async_payment_succeeded" or "payment_intent.succeeded" => HostedStatus.Completed,
        "checkout.session.expired" or "checkout.session.async_payment_failed" =>
            payloadStatus == HostedStatus.Expired ? HostedStatus.Expired : HostedStatus.Failed,
        "payment_intent.payment_failed" => HostedStatus.Failed,
        _ => null,
    };

    /// <summary>Completed is final; abandoned may only become completed.</summary>
    public static bool MayMove(string from, string to) => from switch
    {
        HostedStatus.Completed => false,
        HostedStatus.Abandoned => to == HostedStatus.Completed,
        _ => true,
    };
}
