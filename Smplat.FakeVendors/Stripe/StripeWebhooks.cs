using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Smplat.FakeVendors.Stripe;

/// <summary>Signed events, made and delivered as Stripe does.</summary>
public sealed class StripeWebhooks(TimeProvider clock) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Where events go; null makes them only.</summary>
    public Uri? Target { get; set; }

    /// <param name="created">When it happened; the events of one payment are told apart by it.</param>
    public byte[] Event(string type, object subject, DateTimeOffset? created = null, string? id = null) =>
        JsonSerializer.SerializeToUtf8Bytes(new
        {
            id = id ?? $"evt_{Guid.NewGuid():N}",
            @object = "event",
            api_version = "2025-03-31.basil",
            created = (created ?? clock.GetUtcNow()).ToUnixTimeSeconds(),
            type,
            data = new { @object = subject },
        });

    public string Sign(byte[] body, string secret = FakeStripe.WebhookSecret, DateTimeOffset? at = null)
    {
        var time = (at ?? clock.GetUtcNow()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = Encoding.UTF8.GetBytes($"{time}.").Concat(body).ToArray();
        return $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }

    /// <returns>The receiver's status; null when there is no target.</returns>
    public async Task<HttpStatusCode?> DeliverAsync(byte[] body, CancellationToken cancellationToken)
    {
        if (Target is null)
            return null;
        using var request = new HttpRequestMessage(HttpMethod.Post, Target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", Sign(body));
        using var response = await _http.SendAsync(request, cancellationToken);
        return response.StatusCode;
    }

    public void Dispose() => _http.Dispose();
}
