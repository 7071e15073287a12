using System.Globalization;

namespace Smplat.Core.Operators;

/// <summary>Reviews the access keys: what each was used for, and what was refused.</summary>
public sealed class KeyReview(KeyUseLog log, KeyUseStore store, TimeProvider clock)
{
    public const int MaxDays = 400;

    /// <param name="configured">The keys that the app accepts.</param>
    /// <param name="unusedDays">Days without use after which a key counts as unused.</param>
    public async Task<KeyReviewReport> RunAsync(
        IReadOnlyList<ConfiguredKey> configured, int unusedDays, CancellationToken cancellationToken)
    {
        // Includes what this instance has just seen. Other instances are a few seconds behind.
        await log.WriteAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var since = DateOnly.FromDateTime(now.UtcDateTime).AddDays(-unusedDays);
        return KeyReviewPolicy.Judge(
            configured,
            await store.SumAsync(since, cancellationToken),
            await store.FindFirstDayAsync(cancellationToken),
            since,
            unusedDays,
            now);
    }
}

/// <summary>A key that this app accepts. It never contains the key itself.</summary>
/// <param name="Setting">Where it is configured.</param>
/// <param name="Scopes">The routes that it opens.</param>
public sealed record ConfiguredKey(string Name, string Setting, string Fingerprint, IReadOnlyList<string> Scopes);

/// <summary>An access review: every key with what it was used for, what was refused, and what to do about it.</summary>
/// <param name="Since">First day of the review.</param>
/// <param name="Findings">Sentences about what needs attention; empty when nothing does.</param>
public sealed record KeyReviewReport(
    DateTimeOffset AsOf,
    DateOnly Since,
    int UnusedDays,
    IReadOnlyList<ReviewedKey> Keys,
    IReadOnlyList<KeyUseRow> Retired,
    IReadOnlyList<KeyUseRow> Refused,
    IReadOnlyList<string> Findings);

/// <summary>A configured key with its uses.</summary>
/// <param name="LastUsedAt">Null when it was not used within the window.</param>
public sealed record ReviewedKey(
    string Name,
    string Setting,
    string Fingerprint,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> UsedScopes,
    long Uses,
    DateTimeOffset? LastUsedAt,
    bool IsUnused);

/// <summary>Turns the recorded uses into findings about the keys.</summary>
internal static class KeyReviewPolicy
{
    private const string PreviousName = "checkout-previous";

    /// <param name="uses">Sums from <paramref name="since"/> on.</param>
    /// <param name="firstDay">First day that was ever recorded; null for none.</param>
    public static KeyReviewReport Judge(
        IReadOnlyList<ConfiguredKey> configured,
        IReadOnlyList<KeyUseRow> uses,
        DateOnly? firstDay,
        DateOnly since,
        int unusedDays,
        DateTimeOffset now)
    {
        var opened = uses.Where(use => use.Outcome == KeyUseOutcome.Opened).ToLookup(use => (use.KeyName, use.Fingerprint));
        ReviewedKey[] keys = [.. configured.Select(key => Review(key, [.. opened[(key.Name, key.Fingerprint)]]))];
        var present = configured.Select(key => (key.Name, key.Fingerprint)).ToHashSet();
        KeyUseRow[] retired = [.. uses.Where(use => use.Outcome == KeyUseOutcome.Opened && !present.Contains((use.KeyName, use.Fingerprint)))];
        KeyUseRow[] refused = [.. uses.Where(use => use.Outcome != KeyUseOutcome.Opened)];
        return new(now, since, unusedDays, keys, retired, refused, [.. Findings(keys, refused, firstDay, since, unusedDays)]);
    }

    private static ReviewedKey Review(ConfiguredKey key, KeyUseRow[] uses) => new(
        key.Name,
        key.Setting,
        key.Fingerprint,
        key.Scopes,
        [.. uses.Select(use => use.Scope).Distinct().Order(StringComparer.Ordinal)],
        uses.Sum(use => use.Uses),
        uses.Length == 0 ? null : uses.Max(use => use.LastUsedAt),
        uses.Length == 0);

    private static IEnumerable<string> Findings(
        ReviewedKey[] keys, KeyUseRow[] refused, DateOnly? firstDay, DateOnly since, int unusedDays)
    {
        if (firstDay is null || firstDay > since)
        {
            yield return $"Uses are recorded only since {firstDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "now"}: a key may be in use although it was not seen yet.";
        }

        foreach (var key in keys)
        {
            if (key.IsUnused)
            {
                yield return $"{key.Setting} ({key.Fingerprint}) was not used for {unusedDays} days: remove it.";
            }
            else if (key.Name == PreviousName)
            {
                yield return $"{key.Setting} ({key.Fingerprint}) is still used, last at {key.LastUsedAt:u}: a caller has not switched to the new key.";
            }
        }

        if (keys.Length > 0 && keys.All(key => key.Name != "operator"))
        {
            yield return "OPERATOR_API_KEY is not set: the checkout key opens operator routes.";
        }

        foreach (var scope in refused.Where(use => use.Outcome is KeyUseOutcome.WrongKey or KeyUseOutcome.WrongScope).GroupBy(use => use.Scope))
        {
            yield return $"{scope.Sum(use => use.Uses).ToString(CultureInfo.InvariantCulture)} attempts on {scope.Key} routes with a key that does not open them, last at {scope.Max(use => use.LastUsedAt):u}.";
        }
    }
}
