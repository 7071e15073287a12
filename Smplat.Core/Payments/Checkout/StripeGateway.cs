using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Observability;

namespace Smplat.Core.Payments.Checkout;

/// <summary>Stripe over its HTTP API.</summary>
public sealed class StripeGateway(IOptionsMonitor<PaymentsOptions> options, TimeProvider clock) : IStripeGateway, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        AutomaticDecompression = DecompressionMethods.All,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<SessionOutcome> CreateSessionAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        var first = await TryAsync(request, cancellationToken);
        if (first is not SessionOutcome.Failed { IsDefinite: false })
        {
            return first;
        }

        // The key makes a repetition harmless, also when the first one got through and only its answer was lost.
        await Task.Delay(Pause, clock, cancellationToken);
        return await TryAsync(request, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private async Task<SessionOutcome> TryAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(settings.TimeoutSeconds));
        try
        {
            using var message = Message(request, settings);
            using var response = await _http.SendAsync(message, limit.Token);
            var body = await response.Content.ReadAsStringAsync(limit.Token);
            return response.IsSuccessStatusCode ? ReadSession(body) : ReadError(response.StatusCode, body);
        }
        catch (HttpRequestException exception)
        {
            return new SessionOutcome.Failed(Redaction.Redact(exception.Message), IsDefinite: false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new SessionOutcome.Failed($"Stripe did not answer within {settings.TimeoutSeconds} s.", IsDefinite: false);
        }
    }

    private static HttpRequestMessage Message(SessionRequest request, PaymentsOptions settings)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, new Uri(settings.ApiBase, "/v1/checkout/sessions"))
        {
            Content = new FormUrlEncodedContent(StripeForm.Of(request)),
        };
        message.Headers.Authorization = new("Bearer", settings.SecretKey);
        message.Headers.Add("Idempotency-Key", $"checkout-{request.PaymentId}");
        if (settings.ApiVersion is { } version)
        {
            message.Headers.Add("Stripe-Version", version);
        }

        return message;
    }

    private static SessionOutcome ReadSession(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var session = document.RootElement;
            return Text(session, "id") is { } id && Text(session, "url") is { } url
                ? new SessionOutcome.Made(id, url, ReadIntent(session))
                : new SessionOutcome.Failed("Stripe's answer has no session id or url.", IsDefinite: false);
        }
        catch (JsonException)
        {
            return new SessionOutcome.Failed("Stripe's answer is not JSON.", IsDefinite: false);
        }
    }

    /// <summary>Null, an id, or the whole object when the account expands it.</summary>
    private static string? ReadIntent(JsonElement session) =>
        session.TryGetProperty("payment_intent", out var intent)
            ? intent.ValueKind == JsonValueKind.Object ? Text(intent, "id") : Text(session, "payment_intent")
            : null;

    private static SessionOutcome ReadError(HttpStatusCode status, string body)
    {
        // 409: the same key is being worked on; 429 and 5xx may pass.
        var isDefinite = (int)status is >= 400 and < 500
            and not (int)HttpStatusCode.Conflict and not (int)HttpStatusCode.TooManyRequests and not (int)HttpStatusCode.RequestTimeout;
        return new SessionOutcome.Failed($"Stripe answered {(int)status}: {ReadMessage(body)}", isDefinite);
    }

    private static string ReadMessage(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind == JsonValueKind.Object
                && Text(error, "message") is { } message
                    ? Redaction.Redact(message, 300)
                    : "no message";
        }
        catch (JsonException)
        {
            return "no message";
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
