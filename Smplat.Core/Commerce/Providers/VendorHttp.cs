using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// One pooled client per vendor. Every request passes, in this order: host allow-list, retries, quota, concurrency limit,
/// call ledger, guarded socket. Redirects are not followed and no proxy is used, so only hosts on the list are ever called.
/// </summary>
public sealed class VendorHttp(
    VendorQuotas quotas,
    VendorCallLedger ledger,
    IOptionsMonitor<VendorHttpOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime,
    OutgoingHttp outgoing,
    TimeProvider clock) : IDisposable
{
    /// <summary>Longest answer that is read, in bytes. A search page has some ten kilobytes.</summary>
    public const int MaxAnswerBytes = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<ProviderId, Lazy<HttpClient>> _clients = new();

    public HttpClient For(ProviderId id) => _clients.GetOrAdd(id, key => new Lazy<HttpClient>(() => Build(key))).Value;

    public void Dispose()
    {
        foreach (var client in _clients.Values.Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    private HttpClient Build(ProviderId id)
    {
        var connections = outgoing.HandlerForSettings(sockets =>
        {
            sockets.ConnectTimeout = TimeSpan.FromSeconds(3);
            sockets.MaxConnectionsPerServer = 64;
            sockets.MaxResponseHeadersLength = 64;
        });
        var booking = new LedgerHandler(ledger, clock) { InnerHandler = connections };
        var concurrency = new ConcurrencyLimitHandler(options.CurrentValue.MaxConcurrency) { InnerHandler = booking };
        var quota = new QuotaHandler(quotas) { InnerHandler = concurrency };
        var retry = new RetryHandler(clock) { InnerHandler = quota };
        var allowed = new HostAllowListHandler(VendorHosts.For(id), options, runtime) { InnerHandler = retry };
        return new HttpClient(allowed)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswerBytes,
            DefaultRequestVersion = HttpVersion.Version11,
        };
    }
}

/// <summary>What the handlers above need to know about a request.</summary>
/// <param name="Endpoint">The vendor's endpoint as its quota counts it: a bounded word such as products, never a path.</param>
/// <param name="IsRepeatable">Whether a second attempt cannot take effect twice. Reads are; orders and carts are not.</param>
/// <param name="IsForShopper">Sent with a shopper's own token, so that a refusal says nothing about our credentials.</param>
internal sealed record VendorCall(
    ProviderId Id, string Endpoint, CallBudget Budget, bool IsRepeatable = true, bool IsForShopper = false)
{
    private static readonly HttpRequestOptionsKey<VendorCall> Key = new("smplat.vendor-call");

    public void Mark(HttpRequestMessage request) => request.Options.Set(Key, this);

    public static VendorCall From(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var call)
            ? call
            : throw new InvalidOperationException("A vendor request was sent without its call.");
}

/// <summary>
/// The time until the provider's timeout and the extra attempts that are left. Shared by all HTTP calls of one quote, so
/// that retries never outlive the quote.
/// </summary>
public sealed class CallBudget(TimeProvider clock, TimeSpan total, int retries)
{
    private const int UsualRetries = 2;
    private const int MaxShared = 4;

    private readonly long _start = clock.GetTimestamp();

    public int Retries => retries;

    /// <summary>Who is charged for the calls; null for callers with a key and for our own work.</summary>
    public AnonymousCaller? Caller { get; init; }

    /// <summary>
    /// Asks for something that callers share. The one that asks first is charged; when it has no key and its share is used up,
    /// the others who waited ask again on their own account.
    /// </summary>
    public static async Task<T> ShareAsync<T>(AnonymousCaller? caller, Func<Task<T>> ask)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (ProviderFailureException refused)
                when (refused.MayAskAgain?.Invoke(caller) == true && attempt < MaxShared)
            {
                // The next attempt begins a call of its own, or joins another caller's.
            }
        }
    }

    public TimeSpan Left => total - clock.GetElapsedTime(_start);

    public static CallBudget From(ProviderConfig config, TimeProvider clock, AnonymousCaller? caller = null) =>
        new(clock, config.Timeout, config.MaxRetries) { Caller = caller };

    /// <summary>Runs vendor calls outside of routing, which have no provider configuration, within a time limit.</summary>
    /// <param name="failed">Makes the result of a vendor's failure, or of the timeout.</param>
    public static async Task<T> RunAsync<T>(
        ProviderId id,
        TimeSpan timeout,
        TimeProvider clock,
        Func<CallBudget, CancellationToken, Task<T>> calls,
        Func<ProviderFailure, T> failed,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await calls(new CallBudget(clock, timeout, UsualRetries), either.Token);
        }
        catch (ProviderFailureException problem)
        {
            return failed(problem.Failure);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return failed(ProviderFailure.Timeout(id, (int)timeout.TotalMilliseconds));
        }
    }
}

/// <summary>
/// Sends vendor requests and turns every answer into a value or a <see cref="ProviderFailureException"/>. No text of the
/// vendor reaches a message: an error body may echo credentials or addresses.
/// </summary>
internal static class VendorResponses
{
    /// <summary>The parsed answer of a successful call. Never null: an absent body is a bad answer.</summary>
    public static async Task<T> SendAsync<T>(
        this HttpClient client, HttpRequestMessage request, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
        where T : class
    {
        var id = VendorCall.From(request).Id;
        using var response = await client.SendCheckedAsync(request, cancellationToken);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, shape, cancellationToken)
                ?? throw new ProviderFailureException(ProviderFailure.BadAnswer(id, "nothing"));
        }
        catch (JsonException exception)
        {
            throw new ProviderFailureException(ProviderFailure.BadAnswer(id, "something that does not match its contract"), exception);
        }
    }

    /// <summary>The answer of a successful call, unread. Other statuses and broken connections are failures.</summary>
    public static async Task<HttpResponseMessage> SendCheckedAsync(
        this HttpClient client, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var id = VendorCall.From(request).Id;
        HttpResponseMessage response;
        try
        {
            response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new ProviderFailureException(
                ProviderFailure.Unavailable(id, Describe(exception)), exception);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ProviderFailureException(ProviderFailure.Http(id, (int)response.StatusCode) with
            {
                RetryAfter = response.Headers.RetryAfter?.Delta,
            });
        }
    }

    private static string Describe(HttpRequestException exception) => exception.HttpRequestError switch
    {
        _ when exception.InnerException is PrivateAddressException refusal => refusal.Message,
        HttpRequestError.ConnectionError => "no connection",
        HttpRequestError.NameResolutionError => "its host is not found",
        HttpRequestError.SecureConnectionError => "no secure connection",
        HttpRequestError.ConfigurationLimitExceeded => "its answer is too long",
        _ => "the connection was lost",
    };
}

/// <summary>
/// Refuses hosts that are not the vendor's, so that a mistyped or tampered base URL cannot send credentials elsewhere.
/// Plain HTTP is allowed to loopback in local runs only.
/// </summary>
internal sealed class HostAllowListHandler(
    IReadOnlyList<string> vendorHosts, IOptionsMonitor<VendorHttpOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
    : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var target = request.RequestUri!;
        if (!IsAllowed(target))
        {
            throw new ProviderFailureException(ProviderFailure.Unavailable(
                VendorCall.From(request).Id, $"the host {target.Host} is not allowed"));
        }

        return base.SendAsync(request, cancellationToken);
    }

    private bool IsAllowed(Uri target) =>
        (target.IsLoopback && runtime.CurrentValue.IsLocal)
        || (target.Scheme == Uri.UriSchemeHttps
            && (vendorHosts.Contains(target.Host, StringComparer.OrdinalIgnoreCase)
                || options.CurrentValue.ExtraHosts.Contains(target.Host, StringComparer.OrdinalIgnoreCase)));
}

/// <summary>
/// Retries a repeatable request after a transient fault, for as long as its budget allows. The answer is read to its end here,
/// so that a connection that breaks in the middle of a body counts as a fault too.
/// </summary>
internal sealed class RetryHandler(TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = VendorCall.From(request);
        for (var attempt = 0; ; attempt++)
        {
            var (response, fault) = await AttemptAsync(request, cancellationToken);
            var retryAfter = RetryAfterHeader.Read(response?.Headers.RetryAfter, clock.GetUtcNow());
            var delay = !call.IsRepeatable || attempt >= call.Budget.Retries
                ? null
                : VendorRetryPolicy.DelayBefore(attempt, (int?)response?.StatusCode, retryAfter, call.Budget.Left, Random.Shared.NextDouble());
            if (delay is not { } wait)
            {
                return response ?? throw fault!;
            }

            response?.Dispose();
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private async Task<(HttpResponseMessage? Response, HttpRequestException? Fault)> AttemptAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(VendorHttp.MaxAnswerBytes, cancellationToken);
            return (response, null);
        }
        catch (HttpRequestException fault)
            when (!cancellationToken.IsCancellationRequested && fault.InnerException is not PrivateAddressException)
        {
            response?.Dispose();
            return (null, fault);
        }
    }
}

/// <summary>Whether, and after which delay, a read-only vendor call is retried.</summary>
internal static class VendorRetryPolicy
{
    /// <summary>With less than this left of the provider's timeout, another attempt cannot finish in time.</summary>
    private static readonly TimeSpan MinBudget = TimeSpan.FromMilliseconds(300);

    private static readonly Backoff Delays = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(30))
    {
        Jitter = Jitter.Full,
        MinRetryAfter = TimeSpan.Zero,
    };

    /// <param name="attempt">Attempts that failed before this one; 0 for the first failure.</param>
    /// <param name="status">HTTP status, or null when there was no answer.</param>
    /// <param name="retryAfter">The delay that the vendor asks for, which replaces our own.</param>
    /// <param name="left">What is left of the provider's timeout.</param>
    /// <param name="jitter">A random number from 0 to 1; the delay is that share of the full one.</param>
    /// <returns>Null when the failure is final, or when the delay would not leave enough time.</returns>
    public static TimeSpan? DelayBefore(int attempt, int? status, TimeSpan? retryAfter, TimeSpan left, double jitter)
    {
        if (!IsTransient(status))
        {
            return null;
        }

        var delay = Delays.After(attempt + 1, jitter, retryAfter);
        return left - delay < MinBudget ? null : delay;
    }

    public static bool IsTransient(int? status) => status is null or 408 or 429 or >= 500;
}

/// <summary>Takes one call from the vendor's daily quota before each attempt; when none is left, the call fails without being sent.</summary>
internal sealed class QuotaHandler(VendorQuotas quotas) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = VendorCall.From(request);
        var verdict = await quotas.TakeAsync(call.Id, call.Endpoint, call.Budget.Caller, cancellationToken);
        return verdict switch
        {
            QuotaVerdict.Granted => await base.SendAsync(request, cancellationToken),
            QuotaVerdict.UsedUp => throw new ProviderFailureException(ProviderFailure.QuotaExhausted(call.Id)),
            _ => throw new ProviderFailureException(ProviderFailure.OpenQuotaExhausted(call.Id))
            {
                MayAskAgain = other => other is null || (verdict == QuotaVerdict.CallerUsedUp && other != call.Budget.Caller),
            },
        };
    }
}

/// <summary>Limits the calls in flight; the others wait for as long as their token allows.</summary>
internal sealed class ConcurrencyLimitHandler(int concurrency) : DelegatingHandler
{
    private readonly SemaphoreSlim _slots = new(concurrency, concurrency);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _slots.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Records every attempt that was sent, and its result.</summary>
internal sealed class LedgerHandler(VendorCallLedger ledger, TimeProvider clock) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = VendorCall.From(request);
        var start = clock.GetTimestamp();
        int? status = null;
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            status = (int)response.StatusCode;
            return response;
        }
        finally
        {
            ledger.Book(call.Id, call.Endpoint, status, clock.GetElapsedTime(start), call.IsForShopper);
        }
    }
}

/// <summary>The vendors' own API hosts, the only ones that their clients may call outside local runs.</summary>
internal static class VendorHosts
{
    public static IReadOnlyList<string> For(ProviderId id) => id switch
    {
        ProviderId.KrogerApi => ["api.kroger.com", "api-ce.kroger.com"],
        ProviderId.WalmartApi => ["developer.api.walmart.com"],
        ProviderId.Instacart => ["connect.instacart.com", "connect.dev.instacart.tools"],
        ProviderId.MealMe => ["api.mealme.ai", "api.satsuma.ai"],
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No hosts."),
    };
}
