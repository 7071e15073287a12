using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Asks all candidates at once and returns when all have answered, when the soft deadline has passed and enough usable
/// quotes are in, or at the hard deadline. It never waits for a provider beyond that, whether or not the provider obeys
/// cancellation.
/// </summary>
public sealed class QuoteRace(ProviderGateways gateways, TimeProvider clock)
{
    /// <summary>Quotes that are enough after the soft deadline: a choice, unless there is only one to have.</summary>
    private const int Choice = 2;

    /// <param name="late">
    /// Told of a provider that answers after the race is decided by the soft deadline; its quote has reached the caches.
    /// </param>
    /// <returns>One attempt for each candidate that has answered or was given up, in the order of the candidates.</returns>
    public async Task<IReadOnlyList<ProviderAttempt>> RunAsync(
        QuoteRequest request,
        IReadOnlyList<ProviderConfig> candidates,
        RouterOptions options,
        Action<ProviderAttempt> late,
        CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var round = new CancellationTokenSource();
        var asked = new Task<ProviderAttempt>[candidates.Count];
        for (var index = 0; index < asked.Length; index++)
        {
            asked[index] = AskAsync(request, candidates[index], round.Token);
        }

        var isOver = false;
        if (!Array.TrueForAll(asked, task => task.IsCompleted))
        {
            await using var abandon = cancellationToken.Register(() => _ = round.CancelAsync());
            isOver = await WaitAsync(asked, start, options, cancellationToken);
        }

        return await CollectAsync(asked, candidates, start, options, isOver, round, late);
    }

    /// <returns>Whether the hard deadline ended the wait.</returns>
    private async Task<bool> WaitAsync(
        Task<ProviderAttempt>[] asked, long start, RouterOptions options, CancellationToken cancellationToken)
    {
        var pending = asked.Where(task => !task.IsCompleted).ToList<Task>();
        using var stopTimers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var soft = Task.Delay(Remaining(start, options.SoftDeadlineMs), clock, stopTimers.Token);
        var hard = Task.Delay(Remaining(start, options.HardDeadlineMs), clock, stopTimers.Token);
        while (pending.Count > 0 && !hard.IsCompleted && !(soft.IsCompleted && HasEnough(asked, options)))
        {
            await Task.WhenAny([.. pending, soft.IsCompleted ? hard : soft, hard]);
            cancellationToken.ThrowIfCancellationRequested();
            pending.RemoveAll(task => task.IsCompleted);
        }

        var isOver = hard.IsCompleted;
        await stopTimers.CancelAsync();
        return isOver;
    }

    private static bool HasEnough(Task<ProviderAttempt>[] asked, RouterOptions options)
    {
        var (viable, failed) = (0, 0);
        foreach (var task in asked)
        {
            if (task.IsCompletedSuccessfully)
            {
#pragma warning disable RS0030 // The task is completed: reading it does not block.
                _ = task.Result.IsViable ? viable++ : failed++;
#pragma warning restore RS0030
            }
        }

        return viable >= Math.Max(options.MinViableQuotes, Math.Min(Choice, asked.Length - failed)) && viable > 0;
    }

    private async Task<IReadOnlyList<ProviderAttempt>> CollectAsync(
        Task<ProviderAttempt>[] asked,
        IReadOnlyList<ProviderConfig> candidates,
        long start,
        RouterOptions options,
        bool isOver,
        CancellationTokenSource round,
        Action<ProviderAttempt> late)
    {
        var attempts = new List<ProviderAttempt>(asked.Length);
        var running = new List<Task<ProviderAttempt>>();
        for (var index = 0; index < asked.Length; index++)
        {
            if (asked[index].IsCompleted)
            {
                attempts.Add(await asked[index]);
                continue;
            }

            running.Add(asked[index]);
            if (isOver)
            {
                var failure = ProviderFailure.Timeout(candidates[index].Id, options.HardDeadlineMs);
                attempts.Add(new ProviderAttempt(candidates[index], null, failure, options.HardDeadlineMs));
            }
        }

        if (running.Count == 0)
        {
            round.Dispose();
        }
        else
        {
            _ = FinishAsync(running, isOver ? TimeSpan.Zero : Remaining(start, options.HardDeadlineMs), round, isOver ? null : late);
        }

        return attempts;
    }

    /// <summary>Lets providers that are late finish until the hard deadline, then cancels them; their end is observed either way.</summary>
    private async Task FinishAsync(
        List<Task<ProviderAttempt>> running, TimeSpan grace, CancellationTokenSource round, Action<ProviderAttempt>? late)
    {
        var all = Task.WhenAll(running);
        if (grace > TimeSpan.Zero)
        {
            await Task.WhenAny(all, Task.Delay(grace, clock, CancellationToken.None));
        }

        if (!all.IsCompleted)
        {
            await round.CancelAsync();
        }

        foreach (var attempt in await all)
        {
            late?.Invoke(attempt);
        }

        round.Dispose();
    }

    /// <summary>Never throws: whatever a provider does becomes an attempt.</summary>
    private async Task<ProviderAttempt> AskAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        using var span = ProviderSpan.Start("quote", config.Id);
        var start = clock.GetTimestamp();
        var outcome = await AskSafelyAsync(request, config, cancellationToken);
        var latency = (int)clock.GetElapsedTime(start).TotalMilliseconds;
        var (quote, failure) = outcome is QuoteOutcome.Quoted quoted
            ? (quoted.Quote, ViabilityPolicy.Check(quoted.Quote, request, config.Id))
            : (null, ((QuoteOutcome.Failed)outcome).Failure);
        span.End(failure);
        return failure is null
            ? new ProviderAttempt(config, quote, null, latency)
            : new ProviderAttempt(config, null, failure, latency);
    }

    private async Task<QuoteOutcome> AskSafelyAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        try
        {
            return await gateways.For(config.Id).QuoteAsync(request, config, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new QuoteOutcome.Failed(ProviderFailure.Timeout(config.Id, config.TimeoutMs));
        }
        catch (Exception exception)
        {
            return new QuoteOutcome.Failed(
                (exception as ProviderFailureException)?.Failure ?? ProviderFailure.Unavailable(config.Id, exception.GetType().Name));
        }
    }

    private TimeSpan Remaining(long start, int deadlineMs)
    {
        var left = TimeSpan.FromMilliseconds(deadlineMs) - clock.GetElapsedTime(start);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
