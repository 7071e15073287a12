namespace Smplat.Core.Analytics.Presets;

public sealed record PresetRollupReport(int ProcessedDays, DateOnly StartDate, DateOnly EndDate);
