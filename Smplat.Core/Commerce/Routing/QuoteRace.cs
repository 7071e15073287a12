using System.Diagnostics;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The result of asking one provider: a usable quote or a failure.</summary>
public sealed record ProviderAttempt(ProviderConfig Config, ProviderQuote? Quote, ProviderFailure? Failure, int LatencyMs)
{
    public bool IsViable => Quote is not null;
}

/// <summary>
/// Asks all candidates at once and returns when all have answered, when the soft deadline has passed and enough usable
/// quotes are in, or at the hard deadline. It never waits longer for a provider, whether or not the provider reacts to
/// cancellation.
/// </summary>
public sealed class QuoteRace(ProviderGateways gateways, TimeProvider clock)
{
    /// <summary>Usable quotes that are enough after the soft deadline, unless fewer are possible.</summary>
    private const int EnoughQuotes = 2;

    /// <param name="late">
    /// Called for each provider that answers after the race ended at the soft deadline; its quote is in the caches.
    /// </param>
    /// <returns>One attempt for each candidate that answered or timed out, in the order of the candidates.</returns>
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

        return viable >= Math.Max(options.MinViableQuotes, Math.Min(EnoughQuotes, asked.Length - failed)) && viable > 0;
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

    /// <summary>Lets late providers finish until the hard deadline, then cancels them; their tasks are observed either way.</summary>
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

/// <summary>
/// Whether a quote is usable. An empty basket, impossible amounts or rows about other items count as a failure of the
/// provider, however cheap the quote is.
/// </summary>
internal static class ViabilityPolicy
{
    public static ProviderFailure? Check(ProviderQuote quote, QuoteRequest request, ProviderId id)
    {
        var totals = quote.Quote;
        if (quote.Provider.Id != id)
        {
            return ProviderFailure.BadAnswer(id, "for another provider");
        }

        if (quote.ItemAvailability.Count != request.Items.Count || !CoversEachItemOnce(quote, request))
        {
            return ProviderFailure.BadAnswer(id, "without one availability row for each item");
        }

        if (quote.FoundCount + quote.SubstitutedCount == 0 || quote.Cart.Count == 0)
        {
            return ProviderFailure.NoItemsMatched(id);
        }

        if (totals.SubtotalCents <= 0 || totals.FeesCents < 0 || totals.TaxCents < 0 || totals.TotalCents <= 0)
        {
            return ProviderFailure.BadAnswer(id, "impossible amounts");
        }

        return quote.Cart.Sum(line => line.LineCents) == totals.SubtotalCents && quote.Cart.All(line => line.LineCents >= 0)
            ? null
            : ProviderFailure.BadAnswer(id, "a subtotal that is not the sum of its lines");
    }

    private static bool CoversEachItemOnce(ProviderQuote quote, QuoteRequest request)
    {
        if (IsInOrder(quote, request))
        {
            return true;
        }

        var asked = request.Items.Select(item => item.Id).ToHashSet(StringComparer.Ordinal);
        return quote.ItemAvailability.All(row => asked.Remove(row.ClientItemId))
            && quote.Cart.All(line => request.Items.Any(item => item.Id == line.ClientItemId));
    }

    /// <summary>The usual case, checked without a set.</summary>
    private static bool IsInOrder(ProviderQuote quote, QuoteRequest request)
    {
        if (quote.Cart.Count > request.Items.Count)
        {
            return false;
        }

        for (var index = 0; index < request.Items.Count; index++)
        {
            if (quote.ItemAvailability[index].ClientItemId != request.Items[index].Id)
            {
                return false;
            }
        }

        var next = 0;
        foreach (var line in quote.Cart)
        {
            while (next < request.Items.Count && request.Items[next].Id != line.ClientItemId)
            {
                next++;
            }

            if (next++ == request.Items.Count)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The span of one call to a provider. Costs nothing while tracing is off.</summary>
internal static class ProviderSpan
{
    /// <param name="operation"><c>quote</c> or <c>confirm</c>.</param>
    public static Activity? Start(string operation, ProviderId id) =>
        SmplatTelemetry.Activities.HasListeners()
            ? SmplatTelemetry.Activities.StartActivity($"{operation} {id.ToWire()}", ActivityKind.Client)?.SetTag("provider_id", id.ToWire())
            : null;

    /// <param name="failure">Null when the call succeeded.</param>
    public static void End(this Activity? span, ProviderFailure? failure)
    {
        span?.SetTag("outcome", failure?.Code ?? "success");
        if (failure is not null)
        {
            span.Fail(failure.Code);
        }
    }
}
