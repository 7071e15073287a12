using System.Net;
using Microsoft.Extensions.Options;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Security;
using Stripe;
using Stripe.Checkout;

namespace Smplat.Core.Payments;

/// <summary>The part of the payment provider's API that hosted checkout sessions need.</summary>
public interface IStripeGateway
{
    /// <summary>Creates a checkout session. Repeating it with the same payment returns the same session.</summary>
    Task<SessionOutcome> CreateSessionAsync(SessionRequest request, CancellationToken cancellationToken);

    /// <summary>Ends a session, so that it can no longer be paid. Safe to repeat.</summary>
    Task<SessionEnd> EndSessionAsync(string sessionId, CancellationToken cancellationToken);
}

/// <summary>The session that the provider is asked to create.</summary>
/// <param name="PaymentId">Also the idempotency key, so that one payment never has two sessions.</param>
public sealed record SessionRequest(
    Guid PaymentId,
    Guid OrderId,
    string OrderNumber,
    string Currency,
    IReadOnlyList<SessionLine> Lines,
    string SuccessUrl,
    string CancelUrl,
    string? CustomerEmail)
{
    public decimal Amount => Money.OfMinor(Sum(Lines), Currency).Amount;

    /// <summary>Asks for the order's total, to the minor unit.</summary>
    public static SessionRequest From(Order order, Guid paymentId, StartCheckout command) => new(
        paymentId,
        order.Id,
        order.OrderNumber,
        order.Currency,
        LinesOf(order),
        command.SuccessUrl,
        command.CancelUrl,
        string.IsNullOrWhiteSpace(command.CustomerEmail) ? null : command.CustomerEmail);

    /// <summary>The order's lines, or one line with its total when they do not add up to it.</summary>
    private static SessionLine[] LinesOf(Order order)
    {
        var tax = Money.Of(order.Tax, order.Currency);
        var total = Money.Of(order.Total, order.Currency);
        SessionLine[] lines =
        [
            .. order.Items.Select(item => LineOf(item, order.Currency)),
            .. tax.Minor > 0 ? [new SessionLine("Tax", tax.Minor, 1)] : Array.Empty<SessionLine>(),
        ];
        return Sum(lines) == total.Minor ? lines : [new($"Order {order.OrderNumber}", total.Minor, 1)];
    }

    /// <summary>
    /// The provider multiplies the unit price by the quantity. Where that is not the line's total, because the unit price is
    /// rounded or options cost extra, the line is asked for as one piece.
    /// </summary>
    private static SessionLine LineOf(OrderItem item, string currency)
    {
        var unit = Money.Of(item.UnitPrice, currency);
        var total = Money.Of(item.TotalPrice, currency);
        return unit.Minor * item.Quantity == total.Minor ? new(item.ProductTitle, unit.Minor, item.Quantity)
            : new(item.Quantity == 1 ? item.ProductTitle : $"{item.Quantity} × {item.ProductTitle}", total.Minor, 1);
    }

    private static long Sum(IEnumerable<SessionLine> lines) => lines.Sum(line => line.UnitMinor * line.Quantity);
}

/// <param name="UnitMinor">In minor units of the currency.</param>
public sealed record SessionLine(string Name, long UnitMinor, int Quantity);

/// <summary>The answer of the provider.</summary>
public abstract record SessionOutcome
{
    private SessionOutcome()
    {
    }

    /// <param name="IntentId">Recent versions of the API return it only after the customer has paid.</param>
    public sealed record Made(string SessionId, string Url, string? IntentId) : SessionOutcome;

    /// <param name="IsDefinite">The provider refused; otherwise a session may exist nevertheless.</param>
    public sealed record Failed(string Reason, bool IsDefinite) : SessionOutcome;
}

/// <summary>Whether a session can still be paid.</summary>
public abstract record SessionEnd
{
    private SessionEnd()
    {
    }

    /// <summary>It cannot: it was ended now or earlier, or is complete.</summary>
    public sealed record Ended : SessionEnd;

    /// <summary>Unknown; try again later.</summary>
    public sealed record Failed(string Reason) : SessionEnd;
}

/// <summary>
/// Calls Stripe through its own library. Timeouts and retries are ours (the library's are off), so that the longest wait is
/// known. A failure is reported as definite or unknown; its reason never contains the key, and of the answer only Stripe's
/// message.
/// </summary>
internal sealed class StripeGateway : IStripeGateway, IDisposable
{
    private const int MaxEndSeconds = 5;

    /// <summary>Longest answer that is read, in bytes. A session is about five kilobytes.</summary>
    private const int MaxAnswerBytes = 1024 * 1024;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly IOptionsMonitor<PaymentsOptions> _options;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly SystemNetHttpClient _stripeHttp;

    public StripeGateway(IOptionsMonitor<PaymentsOptions> options, OutgoingHttp outgoing, TimeProvider clock)
    {
        _options = options;
        _clock = clock;
        _http = new HttpClient(new HeaderHandler(options) { InnerHandler = outgoing.HandlerForSettings() })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        _stripeHttp = new SystemNetHttpClient(_http, maxNetworkRetries: 0, enableTelemetry: false);
    }

    public async Task<SessionOutcome> CreateSessionAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        var first = await TryCreateAsync(request, cancellationToken);
        if (first is not SessionOutcome.Failed { IsDefinite: false })
        {
            return first;
        }

        // The key makes it safe to repeat the call, even when only the answer to the first one was lost.
        await Task.Delay(Pause, _clock, cancellationToken);
        return await TryCreateAsync(request, cancellationToken);
    }

    public async Task<SessionEnd> EndSessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        // Without an idempotency key: Stripe repeats the answer to a known key for a day, even a failure.
        var (session, failure) = await CallAsync(
            (sessions, token) => sessions.ExpireAsync(sessionId, cancellationToken: token), MaxEndSeconds, cancellationToken);

        // Only an open session can be expired. If it was not open, read what state it is in.
        return session is { Status: "expired" } ? new SessionEnd.Ended()
            : failure?.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound
                ? await ReadEndAsync(sessionId, cancellationToken)
            : new SessionEnd.Failed(failure?.Reason ?? "Stripe's answer does not say that the session expired.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<SessionOutcome> TryCreateAsync(SessionRequest request, CancellationToken cancellationToken)
    {
        var key = new RequestOptions { IdempotencyKey = $"checkout-{request.PaymentId}" };
        var (session, failure) = await CallAsync(
            (sessions, token) => sessions.CreateAsync(Options(request), key, token), int.MaxValue, cancellationToken);
        return failure is not null ? new SessionOutcome.Failed(failure.Reason, failure.IsDefinite)
            : session is { Id: { } id, Url: { } url } ? new SessionOutcome.Made(id, url, session.PaymentIntentId)
            : new SessionOutcome.Failed("Stripe's answer has no session id or url.", IsDefinite: false);
    }

    private async Task<SessionEnd> ReadEndAsync(string sessionId, CancellationToken cancellationToken)
    {
        var (session, failure) = await CallAsync(
            (sessions, token) => sessions.GetAsync(sessionId, cancellationToken: token), MaxEndSeconds, cancellationToken);
        return session is { Status: not (null or "open") } || failure?.Status == HttpStatusCode.NotFound ? new SessionEnd.Ended()
            : new SessionEnd.Failed(failure?.Reason ?? "Stripe refuses to end the session although it is open.");
    }

    /// <param name="maxSeconds">Upper bound of the timeout, when other work waits for the call.</param>
    /// <returns>The session, or why there is none.</returns>
    private async Task<(Session? Session, CallFailure? Failure)> CallAsync(
        Func<SessionService, CancellationToken, Task<Session>> call, int maxSeconds, CancellationToken cancellationToken)
    {
        var settings = _options.CurrentValue;
        var seconds = Math.Min(settings.TimeoutSeconds, maxSeconds);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            // The key and the address may have changed since the last call; connections are reused anyway.
            var client = new StripeClient(new StripeClientOptions
            {
                ApiKey = settings.SecretKey,
                ApiBase = settings.ApiBase.AbsoluteUri.TrimEnd('/'),
                HttpClient = _stripeHttp,
            });
            return (await call(new SessionService(client), limit.Token), null);
        }
        catch (StripeException exception)
        {
            return (null, CallFailure.From(exception, settings.SecretKey));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, new(null, $"Stripe did not answer within {seconds} s.", IsDefinite: false));
        }
        catch (HttpRequestException exception)
        {
            // A forbidden address was never called, so no session exists.
            var isDefinite = exception.InnerException is PrivateAddressException;
            return (null, new(null, Redaction.Redact(exception.Message), isDefinite));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // For example, the library throws a NullReferenceException for an answer that is JSON but not an object.
            return (null, new(null, $"Stripe's library failed: {exception.GetType().Name}.", IsDefinite: false));
        }
    }

    private static SessionCreateOptions Options(SessionRequest request) => new()
    {
        Mode = "payment",
        SuccessUrl = request.SuccessUrl,
        CancelUrl = request.CancelUrl,
        ClientReferenceId = request.OrderId.ToString(),
        CustomerEmail = request.CustomerEmail,
        LineItems = [.. request.Lines.Select(line => new SessionLineItemOptions
        {
            Quantity = line.Quantity,
            PriceData = new()
            {
                Currency = request.Currency.ToLowerInvariant(),
                UnitAmount = line.UnitMinor,
                ProductData = new() { Name = line.Name },
            },
        })],

        // On both, because events of either kind must be matched to their payment.
        Metadata = Metadata(request),
        PaymentIntentData = new() { Metadata = Metadata(request) },
    };

    private static Dictionary<string, string> Metadata(SessionRequest request) => new()
    {
        ["order_id"] = request.OrderId.ToString(),
        ["order_number"] = request.OrderNumber,
        ["payment_id"] = request.PaymentId.ToString(),
    };

    /// <param name="Status">Null when there was no answer, or no readable one.</param>
    private sealed record CallFailure(HttpStatusCode? Status, string Reason, bool IsDefinite)
    {
        private const string IdempotencyError = "idempotency_error";

        /// <remarks>
        /// The exception's own message is not used: for an answer that is not a Stripe error it contains the whole body.
        /// </remarks>
        public static CallFailure From(StripeException exception, string? secretKey)
        {
            var message = exception.StripeError?.Message is { Length: > 0 } text ? Redact(text, secretKey) : "no message";
            var number = exception.StripeResponse?.RequestId is { Length: > 0 } id ? $" ({Redaction.Redact(id, 64)})" : "";
            return new(
                exception.HttpStatusCode,
                $"Stripe answered {(int)exception.HttpStatusCode}: {message}{number}",
                IsRefusal(exception.HttpStatusCode) && exception.StripeError?.Type != IdempotencyError);
        }

        // 409: a request with the same key is in progress; 429 and 5xx are temporary. An idempotency error means that the key
        // was used before with other parameters, such as other return addresses: that earlier session exists.
        private static bool IsRefusal(HttpStatusCode status) => (int)status is >= 400 and < 500
            && status is not (HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout);

        private static string Redact(string text, string? secretKey) => Redaction.Redact(
            string.IsNullOrEmpty(secretKey) ? text : text.Replace(secretKey, "***", StringComparison.Ordinal), 300);
    }

    /// <summary>
    /// Requests the configured API version instead of the library's own (its request options cannot do that), and drops the
    /// notices that the library would print to standard error.
    /// </summary>
    private sealed class HeaderHandler(IOptionsMonitor<PaymentsOptions> options) : DelegatingHandler
    {
        private const string Version = "Stripe-Version";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (options.CurrentValue.ApiVersion is { } version)
            {
                request.Headers.Remove(Version);
                request.Headers.Add(Version, version);
            }

            var response = await base.SendAsync(request, cancellationToken);
            response.Headers.Remove("Stripe-Notice");
            return response;
        }
    }
}
