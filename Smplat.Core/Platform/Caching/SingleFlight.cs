namespace Smplat.Core.Platform.Caching;

/// <summary>
/// Runs the same work only once at a time per key; those who ask meanwhile share its result, or its failure. The work belongs
/// to nobody: a caller that leaves, the one that started it too, does not stop it for the others.
/// </summary>
/// <param name="cancelsAbandoned">Whether work that nobody waits for any more is cancelled. Otherwise it always runs to its end.</param>
public sealed class SingleFlight<T>(bool cancelsAbandoned = true)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);

    /// <summary>Joins the work under way for the key, or starts it.</summary>
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

    /// <summary>The work under way, with one more passenger, who has to leave it; null when there is none.</summary>
    internal Flight? TryJoin(string key)
    {
        lock (_gate)
        {
            return Find(key) is { } flight ? flight.Board() : null;
        }
    }

    /// <summary>The work under way, or new work on a thread of its own; the passenger has to leave it.</summary>
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

        // Nobody is left to see how it ends.
        _ = flight.Result.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
        if (cancelsAbandoned)
        {
            _ = flight.CancelAsync();
        }
    }

    /// <summary>Whoever asks from now on starts anew; those who wait still get the result of what they wait for.</summary>
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

    /// <summary>Cancels everything under way.</summary>
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

        /// <summary>Cancelled when nobody waits any more.</summary>
        public CancellationToken Abandoned => Cancellation.Token;

        public Task<T> Result { get; set; } = null!;

        public int Passengers { get; set; }

        /// <summary>The result is for those who wait, and for nobody after them.</summary>
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

        // Without a timer there is nothing to dispose of, and a late cancellation must be harmless.
        private CancellationTokenSource Cancellation { get; } = new();

        public Task CancelAsync() => Cancellation.CancelAsync();
    }
}
