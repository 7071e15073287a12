using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Onboarding;

/// <summary>Marks journeys whose order was never paid and whose checklist nobody touched.</summary>
public sealed class StalledJourneysJob(
    StalledJourneyStore store, IOptionsMonitor<OnboardingOptions> options, TimeProvider clock) : IJob
{
    private const int BatchSize = 500;

    public JobDefinition Definition { get; } = new("onboarding-stalled", "Marks untouched journeys of unpaid orders as stalled.") { MaxAttempts = 3 };

    public bool IsEnabled => options.CurrentValue.StalledEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(10);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var before = now - TimeSpan.FromHours(options.CurrentValue.StalledHours);
        var marked = 0;
        int batch;
        do
        {
            batch = await store.MarkAsync(before, now, BatchSize, cancellationToken);
            marked += batch;
        }
        while (batch == BatchSize);

        return JobReport.Of(marked > 0, ("stalled", marked));
    }
}
