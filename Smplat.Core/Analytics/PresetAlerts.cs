using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Analytics;

/// <summary>Looks for alerts in preset events, nightly.</summary>
public sealed class PresetAlertsJob(PresetAlertRun round) : IJob
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

/// <summary>Looks for alerts, leaves messages about them in the outbox, and records the run: all or nothing.</summary>
public sealed class PresetAlertRun(
    NpgsqlDataSource database,
    PresetQueries report,
    PresetStore store,
    OutboxWriter outbox,
    IOptionsMonitor<PresetOptions> options,
    TimeProvider clock)
{
    public async Task<PresetAlertReport> RunAsync(CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var now = clock.GetUtcNow();
        var summary = await report.ReadAsync(settings.AlertWindowDays, cancellationToken);
        var messages = settings.NotificationsEnabled && summary.Alerts.Count > 0
            ? Messages(summary, settings, now).ToArray()
            : [];

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var message in messages)
        {
            await outbox.EnqueueAsync(message, transaction, cancellationToken);
        }

        var run = new PresetAlertRecord(
            Guid.CreateVersion7(now),
            "success",
            summary.Window.Start,
            summary.Window.Days,
            messages.Length > 0 ? summary.Alerts.Count : 0,
            [.. summary.Alerts.Select(alert => alert.Code)],
            JsonSerializer.Serialize(new { totals = summary.Totals, alerts = summary.Alerts }, JsonSerializerOptions.Web),
            null,
            now);
        await store.AddAlertRunAsync(run, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new PresetAlertReport(summary.Alerts, run.AlertsSent, run.Status, run.Id, summary.Window);
    }

    /// <summary>One message for each receiver and day.</summary>
    private static IEnumerable<OutboxMessage> Messages(PresetSummary summary, PresetOptions settings, DateTimeOffset now)
    {
        var payload = JsonSerializer.Serialize(new
        {
            window_start = summary.Window.Start.ToString("O", CultureInfo.InvariantCulture),
            window_days = summary.Window.Days,
            alerts = summary.Alerts.Select(alert => new { code = alert.Code, message = alert.Message }),
        });
        var day = now.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        foreach (var address in settings.Recipients)
        {
            yield return new(
                MessageKinds.PresetEventAlert, OutboxChannel.Email, address, null, $"preset-alert:{day}:{address}", payload, now);
        }

        if (settings.SlackWebhookUrl is not null)
        {
            yield return new(
                MessageKinds.PresetEventAlert,
                OutboxChannel.Slack,
                PresetSlack.TargetName,
                null,
                $"preset-alert:{day}:slack",
                payload,
                now);
        }
    }
}

/// <param name="AlertsSent">Alerts that somebody is told of; 0 while notifications are off or nobody is named.</param>
public sealed record PresetAlertReport(
    IReadOnlyList<PresetAlert> Alerts, int AlertsSent, string Status, Guid RunId, PresetWindow Window);

/// <summary>A row of <c>preset_event_alert_runs</c>.</summary>
/// <param name="Summary">JSON object.</param>
public sealed record PresetAlertRecord(
    Guid Id,
    string Status,
    DateOnly WindowStart,
    int WindowDays,
    int AlertsSent,
    IReadOnlyList<string> Codes,
    string Summary,
    string? Error,
    DateTimeOffset Now);

/// <summary>The Slack webhook of preset alerts.</summary>
public static class PresetSlack
{
    /// <summary>Name of the webhook in messages; its address stays in the settings.</summary>
    public const string TargetName = "preset-alerts";
}

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
