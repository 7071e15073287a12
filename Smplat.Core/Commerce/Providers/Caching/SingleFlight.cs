namespace Smplat.Core.Commerce.Providers.Caching;

/// <summary>
/// Runs the same work only once at a time per key; those who ask meanwhile share its result, or its failure. The work goes
/// on for as long as anybody waits for it: one impatient caller does not cancel it for the others.
/// </summary>
public sealed class SingleFlight<T>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Flight> _flights = [];

    public async Task<T> RunAsync(string key, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var flight = Board(key, work);
        try
        {
            return await flight.Running.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, flight);
        }
    }

    private Flight Board(string key, Func<CancellationToken, Task<T>> work)
    {
        lock (_gate)
        {
            if (!_flights.TryGetValue(key, out var flight) || flight.Running.IsCompleted)
            {
                _flights[key] = flight = new Flight();
                flight.Running = Task.Run(() => work(flight.Abandoned.Token), CancellationToken.None);
            }

            flight.Passengers++;
            return flight;
        }
    }

    private void Leave(string key, Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Passengers > 0)
            {
                return;
            }

            if (_flights.GetValueOrDefault(key) == flight)
            {
                _flights.Remove(key);
            }
        }

        _ = LandAsync(flight);
    }

    /// <summary>Cancels what nobody waits for any more and observes its end.</summary>
    private static async Task LandAsync(Flight flight)
    {
        if (!flight.Running.IsCompleted)
        {
            await flight.Abandoned.CancelAsync();
        }

        await ((Task)flight.Running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        flight.Abandoned.Dispose();
    }

    private sealed class Flight
    {
        public CancellationTokenSource Abandoned { get; } = new();

        public Task<T> Running { get; set; } = null!;

        public int Passengers { get; set; }
    }
}
