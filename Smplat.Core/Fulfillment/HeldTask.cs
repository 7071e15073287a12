namespace Smplat.Core.Fulfillment;

/// <summary>A claimed task while this worker has it.</summary>
internal sealed class HeldTask(ClaimedTask task, HeldClaim claim, CancellationToken stop) : IDisposable
{
    private readonly CancellationTokenSource _run = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private int _isOver;

    public ClaimedTask Task { get; } = task;

    public HeldClaim Claim { get; } = claim;

    /// <summary>Cancelled when the lease is lost or the worker must stop at once.</summary>
    public CancellationToken Token => _run.Token;

    /// <summary>True once somebody else may be at work on the task.</summary>
    public bool IsLost { get; private set; }

    public void Lose()
    {
        IsLost = true;
        if (Volatile.Read(ref _isOver) == 0)
        {
            try
            {
                _run.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended in this very moment.
            }
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
        {
            _run.Dispose();
        }
    }
}
