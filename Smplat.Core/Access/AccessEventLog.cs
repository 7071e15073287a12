using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Access;

/// <summary>
/// Records refused requests and operators' changes, off the request path: they are kept in memory and written every second and
/// when the app stops; a SIGKILL loses the last second. Each change by an operator is a row, and so is each refusal of a caller
/// that is known, up to a limit within a minute. Everything else is a sum by minute, so that a flood of refusals costs a few rows.
/// While the database is unavailable, memory stays bounded: what does not fit as a row becomes part of a sum.
/// </summary>
public sealed class AccessEventLog(
    AccessEventStore store, MigrationGate migrations, TimeProvider clock, ILogger<AccessEventLog> logger)
    : WriteBehind(migrations, TimeSpan.FromSeconds(1), clock)
{
    /// <summary>Rows that wait to be written.</summary>
    internal const int Capacity = 5_000;

    /// <summary>Refusals of known callers within a minute that become rows.</summary>
    internal const int RowsPerMinute = 300;

    /// <summary>Different sums within a minute that name their route; further ones are put together by tier and reason.</summary>
    internal const int SumsPerMinute = 100;

    /// <summary>Stands for the routes of sums that were put together.</summary>
    internal const string OtherRoutes = "*";

    private const int MaxSums = 5_000;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock = clock;
    private readonly Dictionary<SumKey, RunningSum> _sums = [];
    private List<AccessEvent> _rows = [];
    private long _minute;
    private int _rowsInMinute;
    private int _sumsInMinute;

    public void Note(AccessDecision decision)
    {
        var now = _clock.GetStoredNow();
        lock (_gate)
        {
            BeginMinute(now);
            if (TakesRow(decision))
            {
                _rows.Add(decision.ToEvent(Guid.CreateVersion7(now), 1, now, now));
                return;
            }

            AddToSum(decision, now);
        }
    }

    /// <summary>Writes what waits. On an outage it is kept for the next time and the exception is rethrown.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var (rows, sums) = Take();
            try
            {
                await store.AddAsync([.. rows, .. sums.Select(sum => sum.Event)], cancellationToken);
            }
            catch
            {
                PutBack(rows);
                throw;
            }

            Settle(sums);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override void Dispose()
    {
        _writing.Dispose();
        base.Dispose();
    }

    protected override Task FlushAsync(CancellationToken cancellationToken) => WriteAsync(cancellationToken);

    protected override void Waits(string problem) => AccessLog.EventsWait(logger, problem);

    private bool TakesRow(AccessDecision decision)
    {
        if (_rows.Count >= Capacity)
        {
            return false;
        }

        if (decision.IsChange)
        {
            return true;
        }

        return decision.IsKnownCaller && _rowsInMinute++ < RowsPerMinute;
    }

    private void BeginMinute(DateTimeOffset now)
    {
        var minute = now.UtcTicks / TimeSpan.TicksPerMinute;
        if (minute != _minute)
        {
            (_minute, _rowsInMinute, _sumsInMinute) = (minute, 0, 0);
        }
    }

    private void AddToSum(AccessDecision decision, DateTimeOffset now)
    {
        var summed = decision with { TraceId = null, UserId = null };
        var key = new SumKey(_minute, summed);
        if (!_sums.TryGetValue(key, out var sum) && _sumsInMinute >= SumsPerMinute)
        {
            summed = summed with { Route = OtherRoutes, Method = null };
            key = new SumKey(_minute, summed);
        }

        if (sum is null && !_sums.TryGetValue(key, out sum))
        {
            MakeRoom();
            _sumsInMinute++;
            _sums[key] = sum = new RunningSum(Guid.CreateVersion7(now), now);
        }

        sum.Count++;
        sum.LastAt = now;
    }

    /// <summary>Sums pile up only while the database is unavailable for an hour or more.</summary>
    private void MakeRoom()
    {
        if (_sums.Count < MaxSums)
        {
            return;
        }

        var oldest = _sums.OrderBy(entry => entry.Value.FirstAt).Take(MaxSums / 10).ToArray();
        foreach (var (key, _) in oldest)
        {
            _sums.Remove(key);
        }

        AccessLog.EventsDropped(logger, oldest.Sum(entry => entry.Value.Count - entry.Value.Written));
    }

    private (List<AccessEvent> Rows, List<(SumKey Key, AccessEvent Event)> Sums) Take()
    {
        lock (_gate)
        {
            BeginMinute(_clock.GetStoredNow());
            (var rows, _rows) = (_rows, []);
            return (
                rows,
                [
                    .. from entry in _sums
                       where entry.Value.Count > entry.Value.Written
                       select (entry.Key, entry.Key.Decision.ToEvent(entry.Value.Id, entry.Value.Count, entry.Value.FirstAt, entry.Value.LastAt)),
                ]);
        }
    }

    private void PutBack(List<AccessEvent> rows)
    {
        lock (_gate)
        {
            _rows.InsertRange(0, rows);
        }
    }

    /// <summary>Forgets the sums of past minutes that are written completely.</summary>
    private void Settle(List<(SumKey Key, AccessEvent Event)> written)
    {
        lock (_gate)
        {
            foreach (var (key, entry) in written)
            {
                if (_sums.TryGetValue(key, out var sum))
                {
                    sum.Written = entry.Occurrences;
                }
            }

            foreach (var (key, sum) in _sums.Where(entry => entry.Key.Minute != _minute).ToArray())
            {
                if (sum.Written == sum.Count)
                {
                    _sums.Remove(key);
                }
            }
        }
    }

    private readonly record struct SumKey(long Minute, AccessDecision Decision);

    /// <summary>A sum keeps its id and its whole count, so that writing it again changes nothing.</summary>
    private sealed class RunningSum(Guid id, DateTimeOffset firstAt)
    {
        public Guid Id => id;

        public DateTimeOffset FirstAt => firstAt;

        public DateTimeOffset LastAt { get; set; }

        public long Count { get; set; }

        public long Written { get; set; }
    }
}

/// <summary>What was decided about one request.</summary>
public sealed record AccessDecision
{
    /// <summary><see cref="AccessWords.Api"/> or <see cref="AccessWords.Page"/>.</summary>
    public required string Source { get; init; }

    /// <summary>The template of the route, so that there are only as many as functions.</summary>
    public required string Route { get; init; }

    public required string? Method { get; init; }

    public required AccessTier Tier { get; init; }

    /// <summary>One of <see cref="AccessWords.Decisions"/>.</summary>
    public required string Decision { get; init; }

    /// <summary>One of a few words; null for what was allowed.</summary>
    public string? Reason { get; init; }

    public required int Status { get; init; }

    /// <summary>The name of the configured key; null for none and for an unknown one.</summary>
    public string? KeyName { get; init; }

    public string? KeyFingerprint { get; init; }

    public Guid? UserId { get; init; }

    public string? TraceId { get; init; }

    internal bool IsKnownCaller => KeyName is not null;

    /// <summary>A change by an operator that was let through.</summary>
    internal bool IsChange => Decision == AccessWords.Allowed;

    internal AccessEvent ToEvent(Guid id, long occurrences, DateTimeOffset first, DateTimeOffset last) => new()
    {
        Id = id,
        Source = Source,
        Route = Route,
        Method = Method,
        RequiredTier = Tier.Label(),
        Decision = Decision,
        Reason = Reason,
        Status = Status,
        KeyName = KeyName,
        KeyFingerprint = KeyFingerprint,
        UserId = UserId,
        TraceId = TraceId,
        Occurrences = occurrences,
        CreatedAt = first,
        LastAt = last,
    };
}
