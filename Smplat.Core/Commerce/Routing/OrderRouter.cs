using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>The result of a routing call.</summary>
public abstract record RouteOutcome(string RequestId)
{
    /// <summary>The decision is committed; only the caller knows the token.</summary>
    public sealed record Routed(string RequestId, RoutingDecision Decision, string Token, DateTimeOffset ExpiresAt)
        : RouteOutcome(RequestId);

    public sealed record Refused(string RequestId, CommerceRefusal Refusal) : RouteOutcome(RequestId);
}

/// <summary>
/// Routes an order: asks the candidates in parallel, ranks their quotes, commits the decision and returns the token that
/// confirms it. Answers by the hard deadline whatever the providers do, and only after the decision is committed.
/// </summary>
public sealed class OrderRouter(
    ProviderRegistry registry,
    QuoteRace race,
    DecisionMaker decisions,
    SessionWriter sessions,
    RoutingEventLog events,
    IOptionsMonitor<RouterOptions> routing,
    TimeProvider clock)
{
    public async Task<RouteOutcome> RouteAsync(RouteOrder order, CancellationToken cancellationToken)
    {
        var (start, options) = (clock.GetTimestamp(), routing.CurrentValue);
        var requestId = RequestId.Create(clock.GetUtcNow());
        Activity.Current?.SetTag("smplat.request_id", requestId);

        var candidates = CandidatePolicy.Select(registry.Enabled, order, options.PreferredStrict);
        var attempts = await AskAsync(requestId, order, candidates, options, cancellationToken);
        var viable = Viable(attempts);
        if (viable.Count < options.MinViableQuotes)
        {
            var skipped = CandidatePolicy.Skipped(registry.All, order, options.PreferredStrict);
            return await RefuseAsync(requestId, NoProviders(attempts, skipped), attempts, order, start);
        }

        var decision = await decisions.DecideAsync(requestId, order, viable, SplitBudget(start, options), cancellationToken);
        var now = clock.GetUtcNow();
        var token = ConfirmationToken.Create(now);
        var session = RoutingSession.From(requestId, token, decision, now, options.TokenLifetime);
        if (!await sessions.CommitAsync(session, cancellationToken))
        {
            return await RefuseAsync(requestId, new CommerceRefusal.StorageUnavailable(), attempts, order, start);
        }

        await events.RoutedAsync(requestId, decision, attempts, Elapsed(start));
        return new RouteOutcome.Routed(requestId, decision, token, session.ExpiresAt);
    }

    private async Task<IReadOnlyList<ProviderAttempt>> AskAsync(
        string requestId,
        RouteOrder order,
        IReadOnlyList<ProviderConfig> candidates,
        RouterOptions options,
        CancellationToken cancellationToken) =>
        candidates.Count == 0
            ? []
            : await race.RunAsync(
                order.Basket,
                candidates,
                options,
                late => _ = events.LateAsync(requestId, late).AsTask(),
                cancellationToken);

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
        await events.FailedAsync(requestId, refusal, attempts, order.UserId, Elapsed(start));
        return new RouteOutcome.Refused(requestId, refusal);
    }

    /// <summary>The second round of quotes may take as long as the first, and never runs past the hard deadline.</summary>
    private TimeSpan SplitBudget(long start, RouterOptions options)
    {
        var left = TimeSpan.FromMilliseconds(options.HardDeadlineMs) - clock.GetElapsedTime(start);
        var softDeadline = TimeSpan.FromMilliseconds(options.SoftDeadlineMs);
        return left < softDeadline ? left : softDeadline;
    }

    private int Elapsed(long start) => (int)clock.GetElapsedTime(start).TotalMilliseconds;
}

/// <summary>Which providers are asked for a quote.</summary>
internal static class CandidatePolicy
{
    /// <param name="enabled">Enabled providers, highest priority first; the order is kept.</param>
    public static IReadOnlyList<ProviderConfig> Select(
        IReadOnlyList<ProviderConfig> enabled, RouteOrder order, bool preferredStrict)
    {
        var candidates = new List<ProviderConfig>(enabled.Count);
        foreach (var config in enabled)
        {
            if (WhySkipped(config, order, preferredStrict) is null)
            {
                candidates.Add(config);
            }
        }

        return candidates;
    }

    /// <summary>The other providers, each with the reason why it is not asked.</summary>
    public static IReadOnlyDictionary<ProviderId, string> Skipped(
        IReadOnlyList<ProviderConfig> all, RouteOrder order, bool preferredStrict)
    {
        var skipped = new Dictionary<ProviderId, string>();
        foreach (var config in all)
        {
            if (WhySkipped(config, order, preferredStrict) is { } reason)
            {
                skipped[config.Id] = reason;
            }
        }

        return skipped;
    }

    private static string? WhySkipped(ProviderConfig config, RouteOrder order, bool preferredStrict)
    {
        var (address, preferences) = (order.Basket.Address, order.Preferences);
        return !config.Enabled ? "switched off"
            : !config.Serves(address.Country, address.State) ? "does not deliver to the region"
            : preferences.Excluded.Contains(config.Id) ? "excluded by the preferences"
            : preferredStrict && preferences.Preferred.Count > 0 && !preferences.Preferred.Contains(config.Id) ? "not among the preferred"
            : null;
    }
}

/// <summary>Identifies one call in answers, logs and traces: <c>req_&lt;unix-ms&gt;_&lt;base36&gt;</c>.</summary>
public static class RequestId
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Create(DateTimeOffset now) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"req_{now.ToUnixTimeMilliseconds()}_{RandomNumberGenerator.GetString(Alphabet, 10)}");
}
