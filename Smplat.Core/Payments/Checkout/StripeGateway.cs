using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Observability;

namespace Smplat.Core.Payments.Checkout;

/// <summary>Stripe over its HTTP API.</summary>
public sealed class StripeGateway(IOptionsMonitor<PaymentsOptions> options, TimeProvider clock) : IStripeGateway, IDisposable
{
    private const int MostEndSeconds = 5;

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

    public async Task<SessionEnd> EndSessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var path = $"/v1/checkout/sessions/{Uri.EscapeDataString(sessionId)}";
        using var message = Message(HttpMethod.Post, path + "/expire", settings);
        var (status, text) = await SendAsync(message, EndSeconds(settings), cancellationToken);
        return status switch
        {
            null => new SessionEnd.Failed(text),
            { } code when IsSuccess(code) && ReadStatus(text) == "expired" => new SessionEnd.Ended(),

            // Only an open session can be expired: what it is then, the session itself tells best.
            HttpStatusCode.BadRequest or HttpStatusCode.NotFound => await ReadEndAsync(path, cancellationToken),
            { } code => new SessionEnd.Failed($"Stripe answered {(int)code}: {ReadMessage(text)}"),
        };
    }

    public void Dispose() => _http.Dispose();

    private async Task<SessionOutcome> TryAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        using var message = Message(HttpMethod.Post, "/v1/checkout/sessions", settings);
        message.Content = new FormUrlEncodedContent(StripeForm.Of(request));
        message.Headers.Add("Idempotency-Key", $"checkout-{request.PaymentId}");
        var (status, text) = await SendAsync(message, settings.TimeoutSeconds, cancellationToken);
        return status is null ? new SessionOutcome.Failed(text, IsDefinite: false)
            : IsSuccess(status.Value) ? ReadSession(text)
            : ReadError(status.Value, text);
    }

    private async Task<SessionEnd> ReadEndAsync(string path, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        using var message = Message(HttpMethod.Get, path, settings);
        var (status, text) = await SendAsync(message, EndSeconds(settings), cancellationToken);
        return status switch
        {
            null => new SessionEnd.Failed(text),
            HttpStatusCode.NotFound => new SessionEnd.Ended(),
            { } code when IsSuccess(code) => ReadStatus(text) is { } word and not "open"
                ? new SessionEnd.Ended()
                : new SessionEnd.Failed("Stripe refuses to end the session although it is open."),
            { } code => new SessionEnd.Failed($"Stripe answered {(int)code}: {ReadMessage(text)}"),
        };
    }

    /// <returns>Status and body, or no status and in words why there is none.</returns>
    private async Task<(HttpStatusCode? Status, string Text)> SendAsync(
        HttpRequestMessage message, int seconds, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            using var response = await _http.SendAsync(message, limit.Token);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (HttpRequestException exception)
        {
            return (null, Redaction.Redact(exception.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"Stripe did not answer within {seconds} s.");
        }
    }

    private static HttpRequestMessage Message(HttpMethod method, string path, PaymentsOptions settings)
    {
        var message = new HttpRequestMessage(method, new Uri(settings.ApiBase, path));
        message.Headers.Authorization = new("Bearer", settings.SecretKey);
        if (settings.ApiVersion is { } version)
        {
            message.Headers.Add("Stripe-Version", version);
        }

        return message;
    }

    private static bool IsSuccess(HttpStatusCode status) => (int)status is >= 200 and < 300;

    /// <summary>Other calls wait behind it, so it is given up earlier.</summary>
    private static int EndSeconds(PaymentsOptions settings) => Math.Min(settings.TimeoutSeconds, MostEndSeconds);

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

    /// <summary>open, complete or expired; null when the answer is no session.</summary>
    private static string? ReadStatus(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Text(document.RootElement, "status");
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
