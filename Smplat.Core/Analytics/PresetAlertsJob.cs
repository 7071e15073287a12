using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Analytics;

/// <summary>Looks for alerts in preset events, nightly.</summary>
public sealed class PresetAlertsJob(PresetAlertRound round) : IJob
{
    public JobDefinition Definition { get; } = new("preset-event-alerts", "Looks for presets that are cleared too often.")
    {
        MaxAttempts = 3,
        IsCatalogJob = true,
        Task = "preset_event_alerts",
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(6);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var report = await round.RunAsync(cancellationToken);
        return JobReport.Of(
            true,
            ("alerts", report.Alerts.Count),
            ("alertsSent", report.AlertsSent),
            ("status", report.Status),
            ("runId", report.RunId));
    }
}
