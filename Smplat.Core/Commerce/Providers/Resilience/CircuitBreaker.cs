namespace Smplat.Core.Commerce.Providers.Resilience;

/// <summary>
/// Opens after five failures in a row, or when half of at least twenty calls within a minute fail. Stays open for 30 s, and
/// twice as long each time the trial call fails, up to 300 s. A success closes it and forgets the past.
/// </summary>
public sealed class CircuitBreaker(TimeProvider clock)
{
    private const int ConsecutiveFailures = 5;
    private const int LeastCalls = 20;
    private const int WindowSeconds = 60;

    private static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestBreak = TimeSpan.FromSeconds(300);

    private readonly Lock _gate = new();
    private readonly (long Second, int Calls, int Failures)[] _window = new (long, int, int)[WindowSeconds];
    private DateTimeOffset _openUntil = DateTimeOffset.MinValue;
    private TimeSpan _break = FirstBreak;
    private long _timesOpened;
    private int _inRow;
    private bool _open;
    private bool _trying;

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
                return !_open ? CircuitPosition.Closed : _trying || clock.GetUtcNow() >= _openUntil ? CircuitPosition.HalfOpen : CircuitPosition.Open;
            }
        }
    }

    /// <summary>Whether a call may go out now. Whoever gets true reports how it went, once.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (!_open)
            {
                return true;
            }

            if (_trying || clock.GetUtcNow() < _openUntil)
            {
                return false;
            }

            _trying = true;
            return true;
        }
    }

    public void Succeed()
    {
        lock (_gate)
        {
            if (_open && !_trying)
            {
                // A call that went out before the break came back late; only the trial decides.
                return;
            }

            _inRow = 0;
            if (_open)
            {
                (_open, _trying, _break) = (false, false, FirstBreak);
                Array.Clear(_window);
            }

            Count(failed: false);
        }
    }

    public void Fail()
    {
        lock (_gate)
        {
            if (_open)
            {
                if (_trying)
                {
                    _break = _break * 2 > LongestBreak ? LongestBreak : _break * 2;
                    Break();
                }

                return;
            }

            Count(failed: true);
            if (++_inRow >= ConsecutiveFailures || HalfFails())
            {
                Break();
            }
        }
    }

    /// <summary>The call ended without telling anything about the provider; a trial may be made again.</summary>
    public void Abandon()
    {
        lock (_gate)
        {
            _trying = false;
        }
    }

    private void Break()
    {
        (_open, _trying, _inRow) = (true, false, 0);
        _timesOpened++;
        _openUntil = clock.GetUtcNow() + _break;
    }

    private void Count(bool failed)
    {
        var second = clock.GetUtcNow().ToUnixTimeSeconds();
        ref var slot = ref _window[second % WindowSeconds];
        if (slot.Second != second)
        {
            slot = (second, 0, 0);
        }

        slot.Calls++;
        slot.Failures += failed ? 1 : 0;
    }

    private bool HalfFails()
    {
        var oldest = clock.GetUtcNow().ToUnixTimeSeconds() - WindowSeconds;
        var (calls, failures) = (0, 0);
        foreach (var slot in _window)
        {
            if (slot.Second > oldest)
            {
                calls += slot.Calls;
                failures += slot.Failures;
            }
        }

        return calls >= LeastCalls && failures * 2 >= calls;
    }
}
