namespace Smplat.Core.Billing;

/// <summary>The ledger of hosted recovery runs, for operators.</summary>
public sealed class HostedRecoveryRuns(HostedRecoveryRunStore store)
{
    public Task<IReadOnlyList<HostedRecoveryRun>> ListAsync(int limit, CancellationToken cancellationToken) =>
        store.ListAsync(limit, cancellationToken);
}
