namespace Smplat.Core.Analytics;

/// <summary>The summary as it stands now. Reading writes nothing.</summary>
public sealed class PresetReport(PresetStore store, TimeProvider clock)
{
    public async Task<PresetSummary> ReadAsync(int windowDays, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var counts = await store.ReadAsync(PresetSummaryPolicy.FirstDayNeeded(today), today, cancellationToken);
        return PresetSummaryPolicy.Summarise(counts, today, windowDays);
    }
}
