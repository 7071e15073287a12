namespace Smplat.Core.Analytics;

/// <summary>A row of <c>preset_event_alert_runs</c>.</summary>
/// <param name="Summary">JSON object.</param>
public sealed record PresetAlertRun(
    Guid Id,
    string Status,
    DateOnly WindowStart,
    int WindowDays,
    int AlertsSent,
    IReadOnlyList<string> Codes,
    string Summary,
    string? Error,
    DateTimeOffset Now);
