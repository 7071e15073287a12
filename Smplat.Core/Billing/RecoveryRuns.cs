namespace Smplat.Core.Billing;

/// <summary>The ledger of hosted recovery runs, for operators.</summary>
public sealed class RecoveryRuns(RecoveryRunStore store)
{
    public Task<IReadOnlyList<RecoveryRun>> ListAsync(int limit, CancellationToken cancellationToken) =>
        store.ListAsync(limit, cancellationToken);
}
