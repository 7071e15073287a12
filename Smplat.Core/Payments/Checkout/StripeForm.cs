using System.Globalization;

namespace Smplat.Core.Payments.Checkout;

/// <summary>Stripe's form encoding of a session request.</summary>
internal static class StripeForm
{
    internal static IReadOnlyList<KeyValuePair<string, string>> Of(SessionRequest request)
    {
        var form = new List<KeyValuePair<string, string>>
        {
            new("mode", "payment"),
            new("success_url", request.SuccessUrl),
            new("cancel_url", request.CancelUrl),
            new("client_reference_id", request.OrderId.ToString()),
        };
        if (request.CustomerEmail is { } email)
        {
            form.Add(new("customer_email", email));
        }

        for (var index = 0; index < request.Lines.Count; index++)
        {
            var line = request.Lines[index];
            var prefix = string.Create(CultureInfo.InvariantCulture, $"line_items[{index}]");
            form.Add(new($"{prefix}[price_data][currency]", request.Currency.ToLowerInvariant()));
            form.Add(new($"{prefix}[price_data][product_data][name]", line.Name));
            form.Add(new($"{prefix}[price_data][unit_amount]", line.UnitCents.ToString(CultureInfo.InvariantCulture)));
            form.Add(new($"{prefix}[quantity]", line.Quantity.ToString(CultureInfo.InvariantCulture)));
        }

        // On both, because events of either kind must find their payment.
        foreach (var target in new[] { "metadata", "payment_intent_data[metadata]" })
        {
            form.Add(new($"{target}[order_id]", request.OrderId.ToString()));
            form.Add(new($"{target}[order_number]", request.OrderNumber));
            form.Add(new($"{target}[payment_id]", request.PaymentId.ToString()));
        }

        return form;
    }
}
