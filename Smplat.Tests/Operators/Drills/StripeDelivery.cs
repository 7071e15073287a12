using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Smplat.Tests.Operators.Drills;

/// <summary>A webhook as Stripe sends it, rightly signed.</summary>
internal static class StripeDelivery
{
    public static Task SendAsync(HttpClient client, string eventId, string secret) =>
        SendAsync(client, eventId, secret, "checkout.session.completed", new { id = "cs_1", @object = "checkout.session" });

    /// <param name="subject">What the event is about, with the names of the wire.</param>
    public static async Task SendAsync(HttpClient client, string eventId, string secret, string type, object subject)
    {
        var body = JsonSerializer.Serialize(new { id = eventId, type, created = 1767225600, data = new { @object = subject } });
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
