namespace Smplat.Core.Analytics;

/// <summary>When preset figures need somebody's eye.</summary>
public static class PresetAlertPolicy
{
    public const string HighClearRate = "high_clear_rate";
    public const string NegativeTrend = "negative_preset_trend";
    public const string PresetClearRate = "preset_specific_clear_rate";
    public const string Regression = "preset_clear_rate_regression";

    private const int Top = 3;

    public static IReadOnlyList<PresetAlert> Evaluate(IReadOnlyList<TimelineDay> timeline, IReadOnlyList<PresetEntry> presets) =>
    [
        .. new[] { OfClearRate(timeline), OfTrend(timeline), OfPresets(presets), OfRegression(presets) }.OfType<PresetAlert>(),
    ];

    private static PresetAlert? OfClearRate(IReadOnlyList<TimelineDay> timeline)
    {
        var days = timeline.TakeLast(7).ToArray();
        var applies = days.Sum(day => day.Totals.Applies);
        var clears = days.Sum(day => day.Totals.Clears);
        return applies >= 10 && (double)clears / applies >= 0.4
            ? Warn(HighClearRate, "Presets are cleared unusually often.", new { clears, applies, windowDays = days.Length })
            : null;
    }

    /// <summary>Days without any activity neither count nor break the run.</summary>
    private static PresetAlert? OfTrend(IReadOnlyList<TimelineDay> timeline)
    {
        var consecutiveDays = timeline.Reverse().Where(day => day.Totals.Total > 0).TakeWhile(day => day.Totals.Net <= 0).Count();
        return consecutiveDays >= 3
            ? Warn(NegativeTrend, "More presets are cleared than applied, day after day.", new { consecutiveDays })
            : null;
    }

    private static PresetAlert? OfPresets(IReadOnlyList<PresetEntry> presets)
    {
        var worst = presets
            .Where(preset => preset is { IsRisky: true, Applies: >= 10 })
            .OrderByDescending(preset => preset.ClearRate)
            .Take(Top)
            .Select(preset => new { presetId = preset.PresetId, clearRate = preset.ClearRate, applies = preset.Applies, clears = preset.Clears })
            .ToArray();
        return worst.Length > 0
            ? Warn(PresetClearRate, "Some presets are cleared unusually often.", new { presets = worst })
            : null;
    }

    private static PresetAlert? OfRegression(IReadOnlyList<PresetEntry> presets)
    {
        var worst = presets
            .Select(preset => (preset.PresetId, preset.Windows.Short, preset.Windows.Long))
            .Where(preset => preset.Short.Applies >= 5
                && preset.Short.ClearRate - preset.Long.ClearRate >= 0.15
                && preset.Short.ClearRate >= 0.35)
            .OrderByDescending(preset => preset.Short.ClearRate)
            .Take(Top)
            .Select(preset => new
            {
                presetId = preset.PresetId,
                shortClearRate = preset.Short.ClearRate,
                longClearRate = preset.Long.ClearRate,
                shortApplies = preset.Short.Applies,
            })
            .ToArray();
        return worst.Length > 0
            ? Warn(Regression, "Some presets are cleared more often than they used to be.", new { presets = worst })
            : null;
    }

    private static PresetAlert Warn(string code, string message, object metrics) => new(code, "warn", message, metrics);
}
