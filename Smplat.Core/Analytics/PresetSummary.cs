using System.Text.Json.Serialization;

namespace Smplat.Core.Analytics;

/// <summary>What presets did over a window.</summary>
public sealed record PresetSummary(
    PresetWindow Window,
    PresetTotals Totals,
    IReadOnlyList<SourceCount> Sources,
    IReadOnlyList<TimelineDay> Timeline,
    PresetBreakdowns Breakdowns,
    IReadOnlyList<PresetAlert> Alerts);

/// <param name="Start">First day of the window.</param>
public sealed record PresetWindow(int Days, DateOnly Start);

public sealed record PresetTotals(
    [property: JsonPropertyName("preset_cta_apply")] long CtaApply,
    [property: JsonPropertyName("preset_configurator_apply")] long ConfiguratorApply,
    [property: JsonPropertyName("preset_configurator_clear")] long ConfiguratorClear);

public sealed record SourceCount(string EventType, string Source, long Count);

public sealed record TimelineDay(DateOnly Date, DayCounts Counts, DayTotals Totals, DayTrend Trend);

public sealed record DayCounts(long PresetCtaApply, long PresetConfiguratorApply, long PresetConfiguratorClear);

public sealed record DayTotals(long Applies, long Clears, long Total, long Net, double ClearRate);

/// <summary>Averages over the days up to this one; they do not depend on the window that was asked for.</summary>
public sealed record DayTrend(
    double ApplyAvg7, double ApplyAvg30, double NetAvg7, double ClearRate7, double TotalAvg30, long TotalMin30, long TotalMax30);

public sealed record PresetBreakdowns(
    IReadOnlyList<PresetEntry> Presets, IReadOnlyList<SourceEntry> Sources, IReadOnlyList<PresetEntry> RiskyPresets);

public sealed record PresetEntry(
    string PresetId,
    string? PresetLabel,
    long Cta,
    long Configurator,
    long Clears,
    long Applies,
    long Net,
    double ClearRate,
    bool IsRisky,
    string? RiskReason,
    CohortWindows Windows);

public sealed record SourceEntry(
    string Source, long Cta, long Configurator, long Clears, long Applies, long Net, double ClearRate, CohortWindows Windows);

public sealed record CohortWindows(CohortWindow Short, CohortWindow Medium, CohortWindow Long);

public sealed record CohortWindow(long Applies, long Clears, long Net, double ClearRate);

/// <param name="Severity">Always <c>warn</c>.</param>
public sealed record PresetAlert(string Code, string Severity, string Message, object Metrics);
