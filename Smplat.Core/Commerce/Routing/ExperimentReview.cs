using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Looks up how the arms of an experiment went and judges it.</summary>
public sealed class ExperimentReview(ExperimentStore store, IOptionsMonitor<ExperimentOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(7);

    /// <param name="name">Null for the one in the settings.</param>
    /// <param name="since">Null for the last seven days.</param>
    /// <returns>Null when no name is given and none is set.</returns>
    public async Task<ExperimentReport?> ReadAsync(string? name, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var wanted = name ?? settings.Name;
        if (string.IsNullOrEmpty(wanted))
        {
            return null;
        }

        var from = since ?? clock.GetUtcNow() - Usual;
        var arms = await store.ReadAsync(wanted, from, cancellationToken);
        var isCurrent = wanted == settings.Name;
        return new ExperimentReport(
            wanted,
            isCurrent && settings.IsRunning,
            isCurrent ? settings.Weights : null,
            isCurrent ? settings.SharePercent : null,
            settings.MinSample,
            settings.GuardrailPercent,
            from,
            VerdictPolicy.Judge(
                arms.FirstOrDefault(arm => arm.Arm == Assignment.Control),
                arms.FirstOrDefault(arm => arm.Arm == Assignment.Variant),
                settings),
            arms);
    }
}
