using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Platform.Jobs;

/// <summary>Readiness of all catalogue jobs together; names the ones that fail.</summary>
public sealed class CatalogSchedulerComponent(
    JobCatalog catalog, JobGate gate, JobLedgerView ledger, IOptionsMonitor<JobsOptions> options) : IReadinessComponent
{
    public string Name => "catalog_scheduler";

    public async Task<ComponentState> CheckAsync(CancellationToken cancellationToken)
    {
        if (!options.CurrentValue.SchedulerEnabled)
        {
            return ComponentState.Disabled;
        }

        var states = await ledger.ReadAsync(cancellationToken);
        var jobs = catalog.All
            .Where(job => job.Definition.IsCatalogJob && gate.IsOpenFor(job))
            .Select(job => states.GetValueOrDefault(job.Definition.Id))
            .OfType<JobState>()
            .ToArray();
        var failing = jobs.Where(state => state.ConsecutiveRunFailures > 0).ToArray();
        if (failing.Length > 0)
        {
            return new(
                ComponentStatus.Error,
                "Failing: " + string.Join(", ", failing.Select(state => state.JobId)),
                failing.Max(state => state.LastErrorAt),
                jobs.Max(state => state.LastSuccessAt));
        }

        return jobs.All(state => JobHealthPolicy.IsTicking(state, ledger.Now))
            ? new(ComponentStatus.Ready, null, null, jobs.Select(state => state.LastSuccessAt).Max())
            : new(ComponentStatus.Starting, "No instance has shown that it runs the scheduler.");
    }
}
