using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Trust;

/// <summary>
/// Maintains the hourly sums behind the trust metrics, so that a cold reading covers minutes of tasks and not years.
/// </summary>
public sealed class TrustRollupJob(TrustRollupStore store, IOptionsMonitor<TrustOptions> options) : IJob
{
    public const string Id = "trust-rollup";

    /// <summary>Most steps in one run; a first run over many years continues in the next one.</summary>
    private const int MaxSteps = 200;

    public JobDefinition Definition { get; } = new(Id, "Sums closed tasks by the hour for the trust metrics.")
    {
        MaxAttempts = 3,
        Lease = TimeSpan.FromMinutes(2),
    };

    public bool IsEnabled => options.CurrentValue.RollupEnabled;

    public TimeSpan Spacing => TimeSpan.FromSeconds(20);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var (repaired, strides) = (0, 0);
        RollupStep step;
        var count = 0;
        do
        {
            step = await store.StepAsync(new RollupBounds(), cancellationToken);
            repaired += step.RepairedHours;
            strides += step.HasSealed ? 1 : 0;
        }
        while (step.IsWorthAnother && ++count < MaxSteps);

        return JobReport.Of(
            repaired + strides > 0,
            ("repaired_hours", repaired),
            ("strides", strides),
            ("sealed_until", step.SealedUntil));
    }
}
