using System.Diagnostics;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Routes an order: asks the candidates in parallel, ranks what they offer, commits the decision and hands out the token
/// that confirms it. Answers by the hard deadline whatever the providers do, and only after the decision is committed.
/// </summary>
public sealed class OrderRouter(
    ProviderRegistry registry,
    QuoteRace race,
    ProviderStandings standings,
    SessionWriter sessions,
    RouteJournal journal,
    IOptionsMonitor<RouterOptions> routing,
    IOptionsMonitor<ScoreOptions> scoring,
    IOptionsMonitor<RuleOptions> rules,
    IOptionsMonitor<ExperimentOptions> experiments,
    ShadowScoring shadows,
    SplitRouting splits,
    TimeProvider clock)
{
    public async Task<RouteOutcome> RouteAsync(RouteOrder order, CancellationToken cancellationToken)
    {
        var (start, options) = (clock.GetTimestamp(), routing.CurrentValue);
        var requestId = RequestId.Create(clock.GetUtcNow());
        Activity.Current?.SetTag("smplat.request_id", requestId);
        var candidates = CandidatePolicy.Select(registry.Enabled, order, options.PreferredStrict);
        var attempts = candidates.Count == 0
            ? []
            : await race.RunAsync(
                order.Basket,
                candidates,
                options,
                late => _ = journal.LateAsync(requestId, late).AsTask(),
                cancellationToken);

        var viable = Viable(attempts);
        if (viable.Count < options.MinViableQuotes)
        {
            var skipped = CandidatePolicy.Skipped(registry.All, order, options.PreferredStrict);
            return await RefuseAsync(requestId, NoProviders(attempts, skipped), attempts, order, start);
        }

        var (weights, arm) = Assignment.Apply(
            experiments.CurrentValue, order.UserId ?? requestId, scoring.CurrentValue.ToWeights());
        var decision = DecisionPolicy.Decide(order, viable, weights, rules.CurrentValue.ToRule(), standings.For);
        decision = decision with
        {
            Arm = arm,
            Split = await splits.TryAsync(order, decision.Ranked, SplitBudget(start, options), cancellationToken),
        };
        var now = clock.GetUtcNow();
        var token = ConfirmationToken.Create(now);
        var session = SessionFactory.Create(requestId, token, decision, now, options.TokenLifetime);
        if (!await sessions.CommitAsync(session, cancellationToken))
        {
            return await RefuseAsync(requestId, new CommerceRefusal.StorageUnavailable(), attempts, order, start);
        }

        shadows.Consider(requestId, decision);
        await journal.RoutedAsync(requestId, decision, attempts, Elapsed(start));
        return new RouteOutcome.Routed(requestId, decision, token, session.ExpiresAt);
    }

    private static IReadOnlyList<ProviderAttempt> Viable(IReadOnlyList<ProviderAttempt> attempts)
    {
        var viable = new List<ProviderAttempt>(attempts.Count);
        foreach (var attempt in attempts)
        {
            if (attempt.IsViable)
            {
                viable.Add(attempt);
            }
        }

        return viable;
    }

    private static CommerceRefusal.NoProviders NoProviders(
        IReadOnlyList<ProviderAttempt> attempts, IReadOnlyDictionary<ProviderId, string> skipped) =>
        new(
            [.. attempts.Select(attempt => attempt.Config.Id)],
            attempts.Where(attempt => attempt.Failure is not null)
                .ToDictionary(attempt => attempt.Config.Id, attempt => attempt.Failure!.Message))
        {
            Skipped = skipped,
        };

    private async Task<RouteOutcome> RefuseAsync(
        string requestId, CommerceRefusal refusal, IReadOnlyList<ProviderAttempt> attempts, RouteOrder order, long start)
    {
        await journal.FailedAsync(requestId, refusal, attempts, order.UserId, Elapsed(start));
        return new RouteOutcome.Refused(requestId, refusal);
    }

    /// <summary>A second round of quotes may cost as much patience as the first, and never passes the hard deadline.</summary>
    private TimeSpan SplitBudget(long start, RouterOptions options)
    {
        var left = TimeSpan.FromMilliseconds(options.HardDeadlineMs) - clock.GetElapsedTime(start);
        var patience = TimeSpan.FromMilliseconds(options.SoftDeadlineMs);
        return left < patience ? left : patience;
    }

    private int Elapsed(long start) => (int)clock.GetElapsedTime(start).TotalMilliseconds;
}
