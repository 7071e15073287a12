namespace Smplat.Core.Platform.Caching;

/// <summary>
/// Runs the work of a key only once at a time; callers that ask in the meantime share its result, or its failure. A caller that
/// stops waiting, even the one that started the work, does not stop it for the others.
/// </summary>
/// <param name="cancelsAbandoned">Whether work is cancelled when no caller waits for it any more. Otherwise it always runs to its end.</param>
internal sealed class SingleFlight<T>(bool cancelsAbandoned = true)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);

    /// <summary>Joins the work in progress for the key, or starts it.</summary>
    public async Task<T> RunAsync(string key, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var flight = Join(key, flight => work(flight.Abandoned), out _);
        try
        {
            return await flight.Result.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(flight);
        }
    }

    /// <summary>Joins the work in progress; the passenger must leave it later. Null when there is none.</summary>
    internal Flight? TryJoin(string key)
    {
        lock (_gate)
        {
            return Find(key) is { } flight ? flight.Board() : null;
        }
    }

    /// <summary>Joins the work in progress, or starts new work on another thread; the passenger must leave it later.</summary>
    internal Flight Join(string key, Func<Flight, Task<T>> work, out bool isLeader)
    {
        lock (_gate)
        {
            var flight = Find(key);
            isLeader = flight is null;
            if (flight is null)
            {
                _flights[key] = flight = new Flight(key);
                var started = flight;
                flight.Result = Task.Run(() => FlyAsync(started, work), CancellationToken.None);
            }

            return flight.Board();
        }
    }

    internal void Leave(Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Passengers > 0 || flight.Result.IsCompleted)
            {
                return;
            }

            if (cancelsAbandoned)
            {
                flight.IsForgotten = true;
                Land(flight);
            }
        }

        // Nobody is left to observe its exception.
        _ = flight.Result.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
        if (cancelsAbandoned)
        {
            _ = flight.CancelAsync();
        }
    }

    /// <summary>Later callers start new work; callers that are already waiting still get the result of this one.</summary>
    internal void Forget(string key)
    {
        lock (_gate)
        {
            if (_flights.Remove(key, out var flight))
            {
                flight.IsForgotten = true;
            }
        }
    }

    /// <summary>Cancels all work in progress.</summary>
    internal void CancelAll()
    {
        Flight[] flights;
        lock (_gate)
        {
            flights = [.. _flights.Values];
        }

        foreach (var flight in flights)
        {
            _ = flight.CancelAsync();
        }
    }

    private Flight? Find(string key) =>
        _flights.TryGetValue(key, out var flight) && !flight.Result.IsCompleted ? flight : null;

    private async Task<T> FlyAsync(Flight flight, Func<Flight, Task<T>> work)
    {
        try
        {
            return await work(flight);
        }
        finally
        {
            lock (_gate)
            {
                Land(flight);
            }
        }
    }

    private void Land(Flight flight)
    {
        if (_flights.GetValueOrDefault(flight.Key) == flight)
        {
            _flights.Remove(flight.Key);
        }
    }

    /// <summary>One run of the work.</summary>
    internal sealed class Flight(string key)
    {
        private volatile bool _isForgotten;

        public string Key => key;

        /// <summary>Cancelled when no caller waits any more.</summary>
        public CancellationToken Abandoned => Cancellation.Token;

        public Task<T> Result { get; set; } = null!;

        public int Passengers { get; set; }

        /// <summary>Only callers that are already waiting get the result.</summary>
        public bool IsForgotten
        {
            get => _isForgotten;
            set => _isForgotten = value;
        }

        public Flight Board()
        {
            Passengers++;
            return this;
        }

        // Never disposed: without a timer it holds no resources, and a late cancellation must be harmless.
        private CancellationTokenSource Cancellation { get; } = new();

        public Task CancelAsync() => Cancellation.CancelAsync();
    }
}
