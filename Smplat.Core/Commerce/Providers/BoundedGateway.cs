namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Gives a provider its timeout and no more. When it passes, the caller has its answer at once, whether or not the provider
/// obeys cancellation; the abandoned call is cancelled and its late end is observed, so that a late quote can still reach
/// the caches below and a late exception disturbs nobody. A call that blocks its thread costs only its own quote.
/// </summary>
internal sealed class BoundedGateway(IProviderGateway inner, TimeProvider clock) : IProviderGateway
{
    public ProviderId Id => inner.Id;

    public ProviderCapabilities Capabilities => inner.Capabilities;

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var bound = await RunAsync(
            token => inner.QuoteAsync(request, config, token), config.Timeout, cancellationToken);
        return bound.IsCompleted ? bound.Answer! : new QuoteOutcome.Failed(bound.Failure(config));
    }

    public async Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var bound = await RunAsync(token => inner.CheckHealthAsync(config, token), config.Timeout, cancellationToken);
        return bound.IsCompleted
            ? bound.Answer!
            : new ProviderHealth(
                false, (int)clock.GetElapsedTime(start).TotalMilliseconds, ProviderMode.Real, bound.Failure(config).Message);
    }

    /// <summary>A confirmation without an answer may have been taken: the failure says that nothing is proven.</summary>
    public async Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var bound = await RunAsync(token => inner.ConfirmAsync(request, config, token), config.Timeout, cancellationToken);
        return bound.IsCompleted ? bound.Answer! : new ConfirmOutcome.Failed(bound.Failure(config), false);
    }

    public async Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var bound = await RunAsync(token => inner.FindOrderAsync(request, config, token), config.Timeout, cancellationToken);
        return bound.IsCompleted ? bound.Answer! : new LookupOutcome.Unknown(bound.Failure(config).Message);
    }

    public async Task<CancelOutcome> CancelAsync(
        CancelRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        var bound = await RunAsync(token => inner.CancelAsync(request, config, token), config.Timeout, cancellationToken);
        return bound.IsCompleted ? bound.Answer! : new CancelOutcome.Failed(bound.Failure(config));
    }

    private async Task<Bound<T>> RunAsync<T>(
        Func<CancellationToken, Task<T>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.Run(() => call(abandon.Token), CancellationToken.None);
        try
        {
            return new Bound<T>(true, await running.WaitAsync(timeout, clock, cancellationToken), null);
        }
        catch (Exception exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new Bound<T>(false, default, running.IsCompleted ? exception : null);
        }
        finally
        {
            _ = ReleaseAsync(running, abandon);
        }
    }

    /// <summary>Cancels what still runs and waits for its end in the background.</summary>
    private static async Task ReleaseAsync(Task running, CancellationTokenSource abandon)
    {
        if (!running.IsCompleted)
        {
            await abandon.CancelAsync();
        }

        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        abandon.Dispose();
    }

    private readonly record struct Bound<T>(bool IsCompleted, T? Answer, Exception? Error)
    {
        /// <summary>No error means that the time ran out; a cancellation that nobody asked for does as well.</summary>
        public ProviderFailure Failure(ProviderConfig config) => Error switch
        {
            null or OperationCanceledException or TimeoutException => ProviderFailure.Timeout(config.Id, config.TimeoutMs),
            ProviderFailureException refused => refused.Failure,
            _ => ProviderFailure.Unavailable(config.Id, Error.GetType().Name),
        };
    }
}
