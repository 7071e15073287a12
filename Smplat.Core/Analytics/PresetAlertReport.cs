namespace Smplat.Core.Analytics;

/// <param name="AlertsSent">Alerts that somebody is told of; 0 while notifications are off or nobody is named.</param>
public sealed record PresetAlertReport(
    IReadOnlyList<PresetAlert> Alerts, int AlertsSent, string Status, Guid RunId, PresetWindow Window);
