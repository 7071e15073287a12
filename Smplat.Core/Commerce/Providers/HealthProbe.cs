namespace Smplat.Core.Commerce.Providers;

/// <summary>Runs a gateway's probe and reports how it went; never throws for what a vendor does.</summary>
internal static class HealthProbe
{
    /// <summary>Longest wait for a probe.</summary>
    private static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(5);

    public static async Task<ProviderHealth> RunAsync(
        ProviderId id,
        bool hasCredentials,
        Func<CancellationToken, Task> probe,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (!hasCredentials)
        {
            return new ProviderHealth(false, 0, ProviderMode.Real, ProviderFailure.MissingCredentials(id).Message);
        }

        var start = clock.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var running = probe(limit.Token);
            await running.WaitAsync(Ceiling, clock, cancellationToken);
            return new ProviderHealth(true, Elapsed(), ProviderMode.Real);
        }
        catch (ProviderFailureException failed)
        {
            return new ProviderHealth(false, Elapsed(), ProviderMode.Real, failed.Failure.Message);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync();
            return new ProviderHealth(false, Elapsed(), ProviderMode.Real, ProviderFailure.Timeout(id, Elapsed()).Message);
        }

        int Elapsed() => (int)clock.GetElapsedTime(start).TotalMilliseconds;
    }
}
