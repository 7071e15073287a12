using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Onboarding;

/// <summary>Clears the free text of old interactions; their dates, channels and summaries stay.</summary>
public sealed class OnboardingRetentionJob(
    JourneyHistoryStore history, IOptionsMonitor<OnboardingOptions> options, TimeProvider clock) : IJob
{
    private const int Batch = 5_000;

    public JobDefinition Definition { get; } = new("onboarding-retention", "Clears the free text of old onboarding interactions.")
    {
        MaxAttempts = 5,
        Backoff = new(TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(30)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
    };

    /// <summary>Always on: what was promised to be forgotten is.</summary>
    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(1);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var before = clock.GetUtcNow().AddDays(-options.CurrentValue.DetailsDays);
        var (cleared, count) = (0, Batch);
        while (count == Batch)
        {
            count = await history.ForgetDetailsAsync(before, Batch, cancellationToken);
            cleared += count;
        }

        return JobReport.Of(cleared > 0, ("details_cleared", cleared));
    }
}
