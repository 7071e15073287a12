namespace Smplat.Core.Commerce.Providers;

/// <summary>What was called at the vendors, how it ended, and what is left of their quotas.</summary>
public sealed class VendorAudit(VendorCallLedger ledger, VendorQuotas quotas, TimeProvider clock)
{
    private static readonly TimeSpan Usual = TimeSpan.FromHours(24);

    /// <param name="since">Null for the last 24 hours. Whole hours are told.</param>
    public async Task<VendorAuditReport> ReadAsync(DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var from = since ?? clock.GetUtcNow() - Usual;
        var rows = await ledger.ReadAsync(from, cancellationToken);
        var totals = rows
            .GroupBy(row => (row.ProviderId, row.Endpoint))
            .Select(group => new VendorCallTotal(
                group.Key.ProviderId,
                group.Key.Endpoint,
                group.Sum(row => row.Calls),
                group.GroupBy(row => row.StatusClass, StringComparer.Ordinal)
                    .ToDictionary(status => status.Key, status => status.Sum(row => row.Calls), StringComparer.Ordinal),
                group.Sum(row => row.LatencyMs) / group.Sum(row => row.Calls),
                group.Max(row => row.LastAt)))
            .OrderBy(total => total.ProviderId, StringComparer.Ordinal)
            .ThenBy(total => total.Endpoint, StringComparer.Ordinal)
            .ToArray();
        return new VendorAuditReport(
            from,
            totals.Sum(total => total.Calls),
            rows.Where(row => row.StatusClass is "401" or "403").Sum(row => row.Calls),
            totals,
            await quotas.ReadAsync(cancellationToken));
    }
}

/// <param name="CredentialFailures">Calls that ended with 401 or 403: above zero, somebody must look at the keys.</param>
public sealed record VendorAuditReport(
    DateTimeOffset Since,
    long Calls,
    long CredentialFailures,
    IReadOnlyList<VendorCallTotal> Endpoints,
    IReadOnlyList<QuotaUse> Quotas);

/// <param name="Statuses">Calls by status class; none stands for calls without an answer.</param>
public sealed record VendorCallTotal(
    string ProviderId,
    string Endpoint,
    long Calls,
    IReadOnlyDictionary<string, long> Statuses,
    long AverageLatencyMs,
    DateTimeOffset LastAt);
