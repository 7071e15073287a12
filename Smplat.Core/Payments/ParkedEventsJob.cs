using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Payments;

/// <summary>Looks again for the payments of parked events.</summary>
public sealed class ParkedEventsJob(ParkedEvents parked) : IJob
{
    public const string Id = "payment-events-parked";

    public JobDefinition Definition { get; } = new(Id, "Handles payment events that came before their payment was known.");

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromSeconds(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var (applied, abandoned) = await parked.SweepAsync(cancellationToken);
        return JobReport.Of(applied + abandoned > 0, ("applied", applied), ("abandoned", abandoned));
    }
}
