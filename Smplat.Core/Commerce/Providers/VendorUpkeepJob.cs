using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Deletes expired answers from the shared cache, which never deletes by itself, old hours from the call ledger, the circuits
/// of instances that are gone, and whatever vendors register as a <see cref="VendorCleanup"/>.
/// </summary>
public sealed class VendorUpkeepJob(
    ISharedCache shared,
    VendorCallStore calls,
    CircuitStore circuits,
    IEnumerable<VendorCleanup> cleanups,
    IOptionsMonitor<VendorCacheOptions> options,
    TimeProvider clock) : IJob
{
    public const string Id = "vendor-upkeep";

    public JobDefinition Definition { get; } = new(Id, "Deletes expired vendor answers, old hours of the vendor call ledger, old webhooks.")
    {
        MaxAttempts = 3,
        Backoff = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(1)) },
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var trimmed = await calls.TrimAsync(now.AddDays(-options.CurrentValue.CallRetentionDays), cancellationToken);
        var didSomething = trimmed > 0;
        var summary = new List<(string Name, object? Value)> { ("calls_trimmed", trimmed) };
        foreach (var cleanup in cleanups)
        {
            var count = await cleanup.RunAsync(now, cancellationToken);
            didSomething |= count > 0;
            summary.Add((cleanup.Name, count));
        }

        await circuits.ForgetAsync(now - CircuitPublisher.Validity, cancellationToken);
        var swept = await shared.SweepAsync(now, cancellationToken);
        summary.Add(("answers_swept", swept));
        return JobReport.Of(didSomething || swept is > 0, [.. summary]);
    }
}

/// <summary>What a vendor has to delete from time to time.</summary>
/// <param name="Name">Name of the count in the job's report.</param>
/// <param name="RunAsync">Deletes what is old at that time and returns how many rows that were.</param>
public sealed record VendorCleanup(string Name, Func<DateTimeOffset, CancellationToken, Task<int>> RunAsync);
