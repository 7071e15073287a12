using System.Globalization;

namespace Smplat.Core.Operators;

/// <summary>What the uses of keys say about them.</summary>
public static class KeyReviewPolicy
{
    private const string PreviousName = "checkout-previous";

    /// <param name="uses">Sums from <paramref name="since"/> on.</param>
    /// <param name="firstDay">First day that was ever noted; null for none.</param>
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
            yield return $"Uses are noted only since {firstDay?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "now"}: a key may be in use without being seen yet.";
        }

        foreach (var key in keys)
        {
            if (key.IsUnused)
            {
                yield return $"{key.Setting} ({key.Fingerprint}) was not used for {unusedDays} days: take it away.";
            }
            else if (key.Name == PreviousName)
            {
                yield return $"{key.Setting} ({key.Fingerprint}) is still used, last at {key.LastUsedAt:u}: a caller has not changed to the new key.";
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
