namespace Smplat.Core.Platform.Resilience;

/// <summary>When a circuit opens, and for how long it stays open.</summary>
public sealed record CircuitSettings
{
    /// <summary>Consecutive failures that open the circuit. Null: only the ratio opens it.</summary>
    public int? ConsecutiveFailures { get; init; }

    /// <summary>With fewer calls than this within <see cref="Window"/>, the ratio is ignored. At least 1.</summary>
    public required int MinimumCalls { get; init; }

    /// <summary>Share of failed calls within <see cref="Window"/> that opens the circuit. Default one half.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>How long calls count towards the ratio; the resolution is a sixtieth of it.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>How long the circuit stays open; it grows with every failed trial, and a success resets it.</summary>
    public required Backoff Break { get; init; }
}

/// <summary>The state of a circuit. Gauges export the numbers.</summary>
public enum CircuitState
{
    /// <summary>Calls are allowed.</summary>
    Closed,

    /// <summary>One trial call is allowed, or is in progress; its result decides.</summary>
    HalfOpen,

    /// <summary>No call is allowed for some time.</summary>
    Open,
}

/// <summary>Permission for one call. The caller reports the result with it, exactly once.</summary>
public readonly record struct CircuitPermit
{
    internal CircuitPermit(long generation) => Generation = generation;

    internal long Generation { get; }
}

/// <summary>
/// Stops calls to something that keeps failing. It opens after too many consecutive failures, or when too many of the recent
/// calls failed. After the break it allows one trial call at a time, which closes the circuit or makes the break longer.
/// A result counts only in the state in which its call began: a late result from before the break neither closes the circuit
/// nor replaces the trial. Time is monotonic, so changes of the system clock have no effect.
/// Safe for concurrent use; no allocation per call.
/// </summary>
public sealed class CircuitBreaker(CircuitSettings settings, TimeProvider clock)
{
    private const int Slots = 60;

    private readonly Lock _gate = new();
    private readonly (long Index, int Calls, int Failures)[] _window = new (long, int, int)[Slots];
    private readonly long _start = clock.GetTimestamp();
    private Phase _phase = Phase.Closed;
    private TimeSpan _break;
    private long _openedAt;
    private int _breaks;
    private long _timesOpened;
    private int _consecutiveFailures;

    // Changes with the state. The result of a permit from another generation is ignored.
    private long _generation;

    private enum Phase
    {
        Closed,
        Open,
        Trying,
    }

    /// <summary>How often it has opened since the start, including after failed trials.</summary>
    public long TimesOpened
    {
        get
        {
            lock (_gate)
            {
                return _timesOpened;
            }
        }
    }

    public CircuitState State
    {
        get
        {
            lock (_gate)
            {
                return _phase == Phase.Closed ? CircuitState.Closed
                    : _phase == Phase.Trying || Remaining() <= TimeSpan.Zero ? CircuitState.HalfOpen
                    : CircuitState.Open;
            }
        }
    }

    /// <summary>How long until a call is allowed; zero while the circuit is closed, or a trial is allowed or in progress.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            lock (_gate)
            {
                return _phase == Phase.Open && Remaining() is var remaining && remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Whether a call is allowed now. A caller that gets true must always report the result with the permit.</summary>
    public bool TryEnter(out CircuitPermit permit)
    {
        lock (_gate)
        {
            if (_phase == Phase.Trying || (_phase == Phase.Open && Remaining() > TimeSpan.Zero))
            {
                permit = default;
                return false;
            }

            if (_phase == Phase.Open)
            {
                Become(Phase.Trying);
            }

            permit = new(_generation);
            return true;
        }
    }

    /// <returns>True when this closed the circuit.</returns>
    public bool Succeed(CircuitPermit permit)
    {
        lock (_gate)
        {
            if (permit.Generation != _generation)
            {
                return false;
            }

            var closes = _phase == Phase.Trying;
            if (closes)
            {
                Become(Phase.Closed);
                _breaks = 0;
                Array.Clear(_window);
            }

            _consecutiveFailures = 0;
            Count(failed: false);
            return closes;
        }
    }

    /// <returns>True when this opened the circuit, again or for the first time.</returns>
    public bool Fail(CircuitPermit permit)
    {
        lock (_gate)
        {
            if (permit.Generation != _generation)
            {
                return false;
            }

            _consecutiveFailures++;
            Count(failed: true);
            var opens = _phase == Phase.Trying || _consecutiveFailures >= settings.ConsecutiveFailures || TooManyFail();
            if (opens)
            {
                Open();
            }

            return opens;
        }
    }

    /// <summary>The call ended without a result that says anything about the other side; another trial is allowed.</summary>
    public void Abandon(CircuitPermit permit)
    {
        lock (_gate)
        {
            if (permit.Generation == _generation && _phase == Phase.Trying)
            {
                Become(Phase.Open);
            }
        }
    }

    private void Open()
    {
        Become(Phase.Open);
        _openedAt = clock.GetTimestamp();
        _break = settings.Break.After(++_breaks, Random.Shared.NextDouble());
        _timesOpened++;
        _consecutiveFailures = 0;
    }

    private void Become(Phase phase) => (_phase, _generation) = (phase, _generation + 1);

    private TimeSpan Remaining() => _break - clock.GetElapsedTime(_openedAt);

    private long Now() => clock.GetElapsedTime(_start).Ticks / (settings.Window.Ticks / Slots);

    private void Count(bool failed)
    {
        var now = Now();
        ref var slot = ref _window[now % Slots];
        if (slot.Index != now)
        {
            slot = (now, 0, 0);
        }

        slot.Calls++;
        slot.Failures += failed ? 1 : 0;
    }

    private bool TooManyFail()
    {
        var oldest = Now() - Slots;
        var (calls, failures) = (0, 0);
        foreach (var slot in _window)
        {
            if (slot.Index > oldest)
            {
                calls += slot.Calls;
                failures += slot.Failures;
            }
        }

        return calls >= settings.MinimumCalls && failures >= calls * settings.FailureRatio;
    }
}
