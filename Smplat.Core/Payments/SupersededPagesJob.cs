using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Payments;

/// <summary>Closes what could not be closed at once.</summary>
public sealed class SupersededPagesJob(SupersededPages pages) : IJob
{
    public const string Id = "payment-pages-superseded";

    public JobDefinition Definition { get; } = new(Id, "Closes payment pages of orders that have a newer one, are paid or are canceled.");

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromSeconds(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var (closed, failed) = await pages.CloseAsync(null, cancellationToken);
        return JobReport.Of(closed + failed > 0, ("closed", closed), ("failed", failed));
    }
}
