using Smplat.Core.Platform.Jobs;

namespace Smplat.Tests.Platform.Jobs;

/// <summary>A job whose work is defined by the test.</summary>
internal sealed class SampleJob(Func<JobRun, CancellationToken, Task<JobReport>> pass) : IJob
{
    public JobDefinition Definition { get; init; } = new("sample-job", "A job of the tests")
    {
        MaxAttempts = 2,
        Backoff = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)),
        Parameters = [new(JobParameter.Limit, 1, 100)],
    };

    public bool IsEnabled { get; set; } = true;

    public TimeSpan Spacing { get; init; } = TimeSpan.FromMinutes(1);

    public int Passes { get; private set; }

    public static SampleJob ThatSucceeds() => new((_, _) => Task.FromResult(JobReport.Of(true, ("done", 1))));

    public Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        Passes++;
        return pass(run, cancellationToken);
    }
}
