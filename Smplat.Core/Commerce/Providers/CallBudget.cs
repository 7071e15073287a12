namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// What a call may still cost: the time until the provider's timeout and the extra attempts. Shared by all HTTP calls of
/// one quote, so that retries never outlive the quote.
/// </summary>
public sealed class CallBudget(TimeProvider clock, TimeSpan total, int retries)
{
    private readonly long _start = clock.GetTimestamp();

    public int Retries => retries;

    public TimeSpan Left => total - clock.GetElapsedTime(_start);

    public static CallBudget Of(ProviderConfig config, TimeProvider clock) => new(clock, config.Timeout, config.MaxRetries);
}
