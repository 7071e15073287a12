namespace Smplat.Core.Commerce.Providers;

/// <summary>Why a provider could not do what it was asked. The message is shown to operators and holds no secret.</summary>
/// <param name="Code">One of <see cref="ProviderFailureCodes"/>.</param>
/// <param name="Retryable">The same call may succeed a moment later.</param>
public sealed record ProviderFailure(string Code, string Message, bool Retryable)
{
    /// <summary>The vendor's own wish how long to wait before the next call.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ProviderFailure Timeout(ProviderId id, int timeoutMs) =>
        new(ProviderFailureCodes.Timeout, $"Provider {id.ToWire()} timed out after {timeoutMs}ms", true);

    public static ProviderFailure Unavailable(ProviderId id, string? reason = null) =>
        new(ProviderFailureCodes.Unavailable, $"Provider {id.ToWire()} is unavailable{(reason is null ? "" : ": " + reason)}", true);

    /// <summary>An HTTP answer outside 2xx. Retryable are 408, 429 and 5xx; 401 reads Unauthorized, as operators search for it.</summary>
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

    public static ProviderFailure CircuitOpen(ProviderId id) =>
        new(ProviderFailureCodes.CircuitOpen, $"Provider {id.ToWire()} is paused after repeated failures", true);

    /// <summary>The provider answered something that is not its contract.</summary>
    public static ProviderFailure BadAnswer(ProviderId id, string what) =>
        new(ProviderFailureCodes.BadAnswer, $"Provider {id.ToWire()} answered {what}", false);
}
