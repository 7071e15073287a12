namespace Smplat.Core.Analytics;

public sealed record PresetRollupReport(int ProcessedDays, DateOnly StartDate, DateOnly EndDate);
