using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Counts every call that was sent to a vendor, by hour, endpoint and result. Calls are collected in memory and added to
/// Postgres every second; a SIGKILL loses those not yet added. Refused credentials also have a counter of their own.
/// </summary>
public sealed class VendorCallLedger(VendorCallStore store, DurableCounters counters, TimeProvider clock) : IDisposable
{
    /// <summary>Counter that the credential alert watches; label <c>provider_id</c>.</summary>
    public const string CredentialCounter = "smplat_vendor_credential_failures_total";

    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Lock _gate = new();
    private Dictionary<(ProviderId Id, string Endpoint, DateTimeOffset Hour, string Class), Sum> _pending = [];

    /// <param name="status">Null when no answer came.</param>
    public void Book(ProviderId id, string endpoint, int? status, TimeSpan latency, bool isForShopper = false)
    {
        var now = clock.GetUtcNow();
        var key = (id, endpoint, HourOf(now), ClassOf(status));
        lock (_gate)
        {
            var sum = _pending.GetValueOrDefault(key);
            _pending[key] = new Sum(sum.Calls + 1, sum.LatencyMs + (long)latency.TotalMilliseconds, now);
        }

        if (status is 401 or 403 && !isForShopper)
        {
            counters.Increment(CredentialCounter, ("provider_id", id.ToWire()));
        }
    }

    /// <summary>All calls since a time, including the latest ones of this instance.</summary>
    public async Task<IReadOnlyList<VendorCallRow>> ReadAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        return await store.ReadAsync(HourOf(since), cancellationToken);
    }

    /// <summary>Adds the collected calls. On an outage they are kept for the next time and the exception is rethrown.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            Dictionary<(ProviderId Id, string Endpoint, DateTimeOffset Hour, string Class), Sum> booked;
            lock (_gate)
            {
                (booked, _pending) = (_pending, []);
            }

            if (booked.Count == 0)
            {
                return;
            }

            try
            {
                await store.AddAsync([.. booked.Select(entry => ToRow(entry.Key, entry.Value))], cancellationToken);
            }
            catch
            {
                PutBack(booked);
                throw;
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose() => _flushing.Dispose();

    private void PutBack(Dictionary<(ProviderId Id, string Endpoint, DateTimeOffset Hour, string Class), Sum> booked)
    {
        lock (_gate)
        {
            foreach (var (key, sum) in booked)
            {
                var newer = _pending.GetValueOrDefault(key);
                _pending[key] = new Sum(
                    sum.Calls + newer.Calls, sum.LatencyMs + newer.LatencyMs, newer.Calls > 0 ? newer.LastAt : sum.LastAt);
            }
        }
    }

    private static VendorCallRow ToRow((ProviderId Id, string Endpoint, DateTimeOffset Hour, string Class) key, Sum sum) =>
        new(key.Id.ToWire(), key.Endpoint, key.Hour, key.Class, sum.Calls, sum.LatencyMs, sum.LastAt);

    private static DateTimeOffset HourOf(DateTimeOffset moment) =>
        new(moment.UtcDateTime.Date.AddHours(moment.UtcDateTime.Hour), TimeSpan.Zero);

    private static string ClassOf(int? status) => status switch
    {
        null => "none",
        401 or 403 or 429 => status.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        >= 200 and < 300 => "2xx",
        >= 300 and < 400 => "3xx",
        >= 400 and < 500 => "4xx",
        _ => "5xx",
    };

    private readonly record struct Sum(long Calls, long LatencyMs, DateTimeOffset LastAt);
}

/// <summary>Calls of one hour to one endpoint of a provider with the same result.</summary>
/// <param name="StatusClass">2xx to 5xx; 401, 403 and 429 are classes of their own; none when no answer came.</param>
public sealed record VendorCallRow(
    string ProviderId,
    string Endpoint,
    DateTimeOffset HourStart,
    string StatusClass,
    long Calls,
    long LatencyMs,
    DateTimeOffset LastAt);

/// <summary>Adds collected vendor calls every second, and once more when the app stops.</summary>
internal sealed class VendorCallFlush(
    VendorCallLedger ledger, MigrationGate migrations, TimeProvider clock, ILogger<VendorCallFlush> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(1), clock)
{
    protected override Task FlushAsync(CancellationToken cancellationToken) => ledger.FlushAsync(cancellationToken);

    protected override void Waits(string problem) => VendorLog.LedgerWaits(logger, problem);
}

/// <summary>A report on the calls to the vendors, their results, and the use of their quotas.</summary>
public sealed class VendorAudit(VendorCallLedger ledger, VendorQuotas quotas, TimeProvider clock)
{
    private static readonly TimeSpan DefaultPeriod = TimeSpan.FromHours(24);

    /// <param name="since">Null for the last 24 hours. Only whole hours are reported.</param>
    public async Task<VendorAuditReport> ReadAsync(DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var from = since ?? clock.GetUtcNow() - DefaultPeriod;
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

/// <param name="CredentialFailures">Calls that ended with 401 or 403: above zero, an operator must check the keys.</param>
public sealed record VendorAuditReport(
    DateTimeOffset Since,
    long Calls,
    long CredentialFailures,
    IReadOnlyList<VendorCallTotal> Endpoints,
    IReadOnlyList<QuotaUse> Quotas);

/// <param name="Statuses">Calls by status class; none means calls without an answer.</param>
public sealed record VendorCallTotal(
    string ProviderId,
    string Endpoint,
    long Calls,
    IReadOnlyDictionary<string, long> Statuses,
    long AverageLatencyMs,
    DateTimeOffset LastAt);
