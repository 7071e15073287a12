namespace Smplat.FakeVendors.Stripe;

/// <summary>A checkout session.</summary>
/// <param name="IntentId">Known from the start, but shown only from when the customer pays, as recent API versions do.</param>
public sealed record StripeSession(
    string Id,
    string IntentId,
    string Url,
    string SuccessUrl,
    string CancelUrl,
    string? ClientReferenceId,
    string? CustomerEmail,
    DateTimeOffset CreatedAt,
    string Currency,
    long AmountTotal,
    IReadOnlyDictionary<string, string> Metadata)
{
    private readonly Lock _gate = new();

    public string PaymentStatus { get; set; } = "unpaid";

    /// <summary><c>open</c>, <c>complete</c> or <c>expired</c>; only an open one can be paid or expired.</summary>
    public string Status { get; private set; } = "open";

    /// <returns>False when it was open no more; then it stays what it is.</returns>
    public bool TryLeave(string status)
    {
        lock (_gate)
        {
            var wasOpen = Status == "open";
            Status = wasOpen ? status : Status;
            return wasOpen;
        }
    }

    public object ToObject(bool showIntent) => new
    {
        id = Id,
        @object = "checkout.session",
        livemode = false,
        mode = "payment",
        ui_mode = "hosted_page",
        success_url = SuccessUrl,
        cancel_url = CancelUrl,
        client_reference_id = ClientReferenceId,
        customer_email = CustomerEmail,
        created = CreatedAt.ToUnixTimeSeconds(),
        expires_at = CreatedAt.AddHours(24).ToUnixTimeSeconds(),
        automatic_tax = new { enabled = false },
        payment_method_types = new[] { "card" },
        amount_subtotal = AmountTotal,
        status = Status,
        url = Status == "open" ? Url : null,
        amount_total = AmountTotal,
        currency = Currency,
        payment_intent = showIntent ? IntentId : null,
        payment_status = PaymentStatus,
        metadata = Metadata,
    };
}
