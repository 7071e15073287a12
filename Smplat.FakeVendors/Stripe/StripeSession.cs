namespace Smplat.FakeVendors.Stripe;

/// <summary>A checkout session.</summary>
/// <param name="IntentId">Known from the start, but shown only from when the customer pays, as recent API versions do.</param>
public sealed record StripeSession(
    string Id,
    string IntentId,
    string Url,
    string SuccessUrl,
    string CancelUrl,
    string Currency,
    long AmountTotal,
    IReadOnlyDictionary<string, string> Metadata)
{
    public string PaymentStatus { get; set; } = "unpaid";

    public object ToObject(bool showIntent) => new
    {
        id = Id,
        @object = "checkout.session",
        mode = "payment",
        url = Url,
        amount_total = AmountTotal,
        currency = Currency,
        payment_intent = showIntent ? IntentId : null,
        payment_status = PaymentStatus,
        metadata = Metadata,
    };
}
