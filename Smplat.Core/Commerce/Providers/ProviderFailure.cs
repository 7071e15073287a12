namespace Smplat.Core.Commerce.Providers;

/// <summary>Why a provider could not do what it was asked. The message is shown to operators and holds no secret.</summary>
/// <param name="Code">One of <see cref="ProviderFailureCodes"/>.</param>
/// <param name="Retryable">The same call may succeed a moment later.</param>
public sealed record ProviderFailure(string Code, string Message, bool Retryable)
{
    /// <summary>How long the vendor asks us to wait before the next call.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The caller may cause no more calls, which says nothing about the provider.</summary>
    public bool IsCallersQuota { get; init; }

    /// <summary>No call was sent, so the failure counts for no provider.</summary>
    public bool WasNotAsked => IsCallersQuota || Code == ProviderFailureCodes.CircuitOpen;

    public static ProviderFailure Timeout(ProviderId id, int timeoutMs) =>
        new(ProviderFailureCodes.Timeout, $"Provider {id.ToWire()} timed out after {timeoutMs}ms", true);

    public static ProviderFailure Unavailable(ProviderId id, string? reason = null) =>
        new(ProviderFailureCodes.Unavailable, $"Provider {id.ToWire()} is unavailable{(reason is null ? "" : ": " + reason)}", true);

    /// <summary>
    /// An HTTP answer outside 2xx. 408, 429 and 5xx are retryable. The message of 401 is Unauthorized, the word that operators
    /// search for.
    /// </summary>
    public static ProviderFailure Http(ProviderId id, int status) =>
        new(
            $"{ProviderFailureCodes.HttpPrefix}{status}",
            status switch
            {
                401 => "Unauthorized",
                403 => "Forbidden",
                _ => $"Provider {id.ToWire()} answered HTTP {status}",
            },
            status is 408 or 429 or >= 500);

    public static ProviderFailure AuthFailed(ProviderId id) =>
        new(ProviderFailureCodes.AuthFailed, $"Provider {id.ToWire()} refused the credentials", false);

    public static ProviderFailure MissingCredentials(ProviderId id) =>
        new(ProviderFailureCodes.MissingCredentials, $"Provider {id.ToWire()} has no credentials", false);

    public static ProviderFailure NoStores(ProviderId id) =>
        new(ProviderFailureCodes.NoStores, $"Provider {id.ToWire()} has no store near the address", false);

    public static ProviderFailure NoItemsMatched(ProviderId id) =>
        new(ProviderFailureCodes.NoItemsMatched, $"Provider {id.ToWire()} has none of the items", false);

    public static ProviderFailure QuotaExhausted(ProviderId id) =>
        new(ProviderFailureCodes.QuotaExhausted, $"The call quota of provider {id.ToWire()} is used up", false);

    public static ProviderFailure OpenQuotaExhausted(ProviderId id) =>
        new(ProviderFailureCodes.QuotaExhausted, $"The calls of provider {id.ToWire()} for callers without a key are used up", false) { IsCallersQuota = true };

    public static ProviderFailure CircuitOpen(ProviderId id) =>
        new(ProviderFailureCodes.CircuitOpen, $"Provider {id.ToWire()} is paused after repeated failures", true);

    /// <summary>The provider answered something that does not match its contract.</summary>
    public static ProviderFailure BadAnswer(ProviderId id, string what) =>
        new(ProviderFailureCodes.BadAnswer, $"Provider {id.ToWire()} answered {what}", false);

    /// <summary>
    /// Whether one product search failed by itself, so that the other items can still be quoted: the vendor does not like the
    /// term, or breaks over it. Credentials, quota, a busy vendor, a lost connection and a timeout concern every call.
    /// </summary>
    public bool ConcernsOneSearch() =>
        Code == ProviderFailureCodes.BadAnswer
        || (Code.StartsWith(ProviderFailureCodes.HttpPrefix, StringComparison.Ordinal)
            && !ProviderFailureCodes.IsCredentialProblem(Code) && Code is not ("HTTP_402" or "HTTP_407" or "HTTP_429"));

    /// <summary>
    /// Whether the failure shows that the provider is down or broken. A refusal that it meant (no store, no match), our own
    /// credentials and our own quota say nothing about its health.
    /// </summary>
    public bool CountsAgainstCircuit() =>
        Code is ProviderFailureCodes.Timeout or ProviderFailureCodes.Unavailable or ProviderFailureCodes.BadAnswer
        || (Code.StartsWith(ProviderFailureCodes.HttpPrefix, StringComparison.Ordinal) && Retryable);
}

/// <summary>Permanent codes of provider failures, as logged and answered.</summary>
public static class ProviderFailureCodes
{
    public const string Timeout = "TIMEOUT";
    public const string Unavailable = "UNAVAILABLE";
    public const string HttpPrefix = "HTTP_";
    public const string AuthFailed = "AUTH_FAILED";
    public const string MissingCredentials = "MISSING_CREDENTIALS";
    public const string NoStores = "NO_STORES";
    public const string NoItemsMatched = "NO_ITEMS_MATCHED";
    public const string QuotaExhausted = "QUOTA_EXHAUSTED";
    public const string CircuitOpen = "CIRCUIT_OPEN";
    public const string BadAnswer = "BAD_ANSWER";

    /// <summary>Confirmation only: the payment was refused. Never tried at another provider.</summary>
    public const string PaymentDeclined = "PAYMENT_DECLINED";

    /// <summary>Confirmation only: the provider does not accept the address. Never tried at another provider.</summary>
    public const string InvalidAddress = "INVALID_ADDRESS";

    /// <summary>Whether the provider answered correctly but has nothing to offer, which says nothing against its health.</summary>
    public static bool IsEmptyOffer(string code) => code is NoStores or NoItemsMatched;

    /// <summary>In the routing log, a request that no provider was asked for, since its caller may cause no more calls.</summary>
    public const string CallerQuota = "CALLER_QUOTA";

    /// <summary>Whether a line of the routing log with this code is a refusal and no failure. The SQL statements list the same codes.</summary>
    public static bool IsRefusal(string? code) => code is NoStores or NoItemsMatched or CallerQuota;

    /// <summary>Whether the vendor refused our credentials; such failures raise the credential alert.</summary>
    public static bool IsCredentialProblem(string code) => code is AuthFailed or "HTTP_401" or "HTTP_403";
}

/// <summary>Carries a failure out of a vendor client; the gateway's caller treats it like the failed outcome.</summary>
public sealed class ProviderFailureException(ProviderFailure failure, Exception? inner = null)
    : Exception(failure.Message, inner)
{
    public ProviderFailure Failure { get; } = failure;

    /// <summary>
    /// Whether another caller, who waited for the same answer, is not concerned by the refusal and may ask itself; null for
    /// callers with a key. Not set when the failure concerns everybody.
    /// </summary>
    public Func<AnonymousCaller?, bool>? MayAskAgain { get; init; }
}
