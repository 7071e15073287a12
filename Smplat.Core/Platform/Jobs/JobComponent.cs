using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Readiness of one timer-driven worker, told from the ledger so that every instance says the same.</summary>
public sealed class JobComponent(string name, string jobId, JobCatalog catalog, JobGate gate, JobLedgerView ledger)
    : IReadinessComponent
{
    public string Name => name;

    public async Task<ComponentState> CheckAsync(CancellationToken cancellationToken)
    {
        if (catalog.Find(jobId) is not { } job || !gate.IsOpenFor(job))
        {
            return ComponentState.Disabled;
        }

        var state = await ledger.FindAsync(jobId, cancellationToken);
        return JobHealthPolicy.Judge(state, ledger.Now);
    }
}
