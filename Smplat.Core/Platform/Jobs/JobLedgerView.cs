namespace Smplat.Core.Platform.Jobs;

/// <summary>The ledger's states, read once for all who ask within the same two seconds.</summary>
public sealed class JobLedgerView(JobLedgerStore ledger, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private (DateTimeOffset At, IReadOnlyDictionary<string, JobState> States)? _last;

    public DateTimeOffset Now => clock.GetUtcNow();

    public async Task<JobState?> FindAsync(string jobId, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).GetValueOrDefault(jobId);

    public async Task<IReadOnlyDictionary<string, JobState>> ReadAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_last is { } last && Now - last.At < Lifetime)
            {
                return last.States;
            }

            var states = (await ledger.ListStatesAsync(cancellationToken)).ToDictionary(state => state.JobId);
            _last = (Now, states);
            return states;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
