namespace Smplat.Core.Platform.Resilience;

/// <summary>When a circuit opens, and for how long it stays open.</summary>
public sealed record CircuitSettings
{
    /// <summary>Failures in a row that open the circuit. Null: they do not, only the ratio does.</summary>
    public int? ConsecutiveFailures { get; init; }

    /// <summary>Calls within <see cref="Window"/> below which the ratio says nothing. At least 1.</summary>
    public required int MinimumCalls { get; init; }

    /// <summary>Share of the calls within <see cref="Window"/> that opens the circuit when it has failed. Default a half.</summary>
    public double FailureRatio { get; init; } = 0.5;

    /// <summary>How far back calls count towards the ratio; a sixtieth of it is the resolution.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>How long the circuit stays open; it grows with every trial that fails, and a success starts it again.</summary>
    public required Backoff Break { get; init; }
}

/// <summary>Where a circuit is. The numbers are what the gauges show.</summary>
public enum CircuitPosition
{
    /// <summary>Calls go out.</summary>
    Closed,

    /// <summary>One trial call may go out, or is under way; its result decides.</summary>
    HalfOpen,

    /// <summary>No call goes out for a while.</summary>
    Open,
}

/// <summary>Permission for one call. Its result is reported with it, once.</summary>
public readonly record struct CircuitPass
{
    internal CircuitPass(long era) => Era = era;

    internal long Era { get; }
}

/// <summary>
/// Stops calls to something that keeps failing. It opens after too many failures in a row, or when too large a share of the
/// recent calls failed; after the break one trial call at a time goes out, which closes it or lengthens the break.
/// A result counts only for the state in which its call began: a late answer from before the break neither closes the
/// circuit nor stands in for the trial. Time is monotonic, so a corrected system clock changes nothing.
/// Safe for concurrent use; allocates nothing per call.
/// </summary>
public sealed class CircuitBreaker(CircuitSettings settings, TimeProvider clock)
{
    private const int Slots = 60;

    private readonly Lock _gate = new();
    private readonly (long Index, int Calls, int Failures)[] _window = new (long, int, int)[Slots];
    private readonly long _start = clock.GetTimestamp();
    private CircuitState _state = CircuitState.Closed;
    private TimeSpan _break;
    private long _openedAt;
    private int _breaks;
    private long _timesOpened;
    private int _inRow;

    // Changes with the state. A pass of another era has nothing to say.
    private long _era;

    private enum CircuitState
    {
        Closed,
        Open,
        Trying,
    }

    /// <summary>How often it has opened since the start; a failed trial counts again.</summary>
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

    public CircuitPosition Position
    {
        get
        {
            lock (_gate)
            {
                return _state == CircuitState.Closed ? CircuitPosition.Closed
                    : _state == CircuitState.Trying || Left() <= TimeSpan.Zero ? CircuitPosition.HalfOpen
                    : CircuitPosition.Open;
            }
        }
    }

    /// <summary>How long no call goes out; zero while the circuit is closed, or a trial may be made or is under way.</summary>
    public TimeSpan RetryAfter
    {
        get
        {
            lock (_gate)
            {
                return _state == CircuitState.Open && Left() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Whether a call may go out now. Whoever gets true reports the result with the pass, whatever happens.</summary>
    public bool TryEnter(out CircuitPass pass)
    {
        lock (_gate)
        {
            if (_state == CircuitState.Trying || (_state == CircuitState.Open && Left() > TimeSpan.Zero))
            {
                pass = default;
                return false;
            }

            if (_state == CircuitState.Open)
            {
                Become(CircuitState.Trying);
            }

            pass = new(_era);
            return true;
        }
    }

    /// <returns>True when this closed the circuit.</returns>
    public bool Succeed(CircuitPass pass)
    {
        lock (_gate)
        {
            if (pass.Era != _era)
            {
                return false;
            }

            var closes = _state == CircuitState.Trying;
            if (closes)
            {
                Become(CircuitState.Closed);
                _breaks = 0;
                Array.Clear(_window);
            }

            _inRow = 0;
            Count(failed: false);
            return closes;
        }
    }

    /// <returns>True when this opened the circuit, again or for the first time.</returns>
    public bool Fail(CircuitPass pass)
    {
        lock (_gate)
        {
            if (pass.Era != _era)
            {
                return false;
            }

            _inRow++;
            Count(failed: true);
            var opens = _state == CircuitState.Trying || _inRow >= settings.ConsecutiveFailures || TooManyFail();
            if (opens)
            {
                Open();
            }

            return opens;
        }
    }

    /// <summary>The call ended without saying anything about the other side; after a trial the next one may be made.</summary>
    public void Abandon(CircuitPass pass)
    {
        lock (_gate)
        {
            if (pass.Era == _era && _state == CircuitState.Trying)
            {
                Become(CircuitState.Open);
            }
        }
    }

    private void Open()
    {
        Become(CircuitState.Open);
        _openedAt = clock.GetTimestamp();
        _break = settings.Break.After(++_breaks, Random.Shared.NextDouble());
        _timesOpened++;
        _inRow = 0;
    }

    private void Become(CircuitState state) => (_state, _era) = (state, _era + 1);

    private TimeSpan Left() => _break - clock.GetElapsedTime(_openedAt);

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
