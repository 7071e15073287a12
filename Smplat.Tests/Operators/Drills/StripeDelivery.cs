using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Smplat.Tests.Operators.Drills;

/// <summary>A webhook as Stripe sends it, rightly signed.</summary>
internal static class StripeDelivery
{
    public static async Task SendAsync(HttpClient client, string eventId, string secret)
    {
        var body = $$$$"""{"id":"{{{{eventId}}}}","type":"checkout.session.completed","created":1767225600,"data":{"object":{"id":"cs_1","object":"checkout.session"}}}""";
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{at}.{body}")));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/payments/webhooks/stripe")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Stripe-Signature", $"t={at},v1={signature}");
        await client.SendAsync(request);
    }
}
