using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Analytics;

/// <summary>Checks preset events for alerts, nightly.</summary>
internal sealed class PresetAlertsJob(PresetAlertRun alerts) : IJob
{
    public JobDefinition Definition { get; } = new("preset-event-alerts", "Checks for presets that are cleared too often.")
    {
        MaxAttempts = 3,
        IsCatalogJob = true,
        Task = "preset_event_alerts",
    };

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromHours(6);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var report = await alerts.RunAsync(cancellationToken);
        return JobReport.Of(
            true,
            ("alerts", report.Alerts.Count),
            ("alertsSent", report.AlertsSent),
            ("status", report.Status),
            ("runId", report.RunId));
    }
}

/// <summary>
/// Checks for alerts, queues messages about them in the outbox and records the run, all in one transaction.
/// </summary>
internal sealed class PresetAlertRun(
    NpgsqlDataSource database,
    PresetQueries presets,
    PresetStore store,
    OutboxWriter outbox,
    IOptionsMonitor<PresetOptions> options,
    TimeProvider clock)
{
    public async Task<PresetAlertReport> RunAsync(CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var now = clock.GetUtcNow();
        var summary = await presets.ReadAsync(settings.AlertWindowDays, cancellationToken);
        var messages = settings.NotificationsEnabled && summary.Alerts.Count > 0
            ? Messages(summary, settings, now).ToArray()
            : [];

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var message in messages)
        {
            await outbox.EnqueueAsync(message, transaction, cancellationToken);
        }

        var run = new PresetAlertRecord
        {
            Id = Guid.CreateVersion7(now),
            Status = "success",
            WindowStart = summary.Window.Start,
            WindowDays = summary.Window.Days,
            AlertsSent = messages.Length > 0 ? summary.Alerts.Count : 0,
            Codes = [.. summary.Alerts.Select(alert => alert.Code)],
            Summary = JsonSerializer.Serialize(new { totals = summary.Totals, alerts = summary.Alerts }, JsonSerializerOptions.Web),
            Now = now,
        };
        await store.AddAlertRunAsync(run, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new PresetAlertReport(summary.Alerts, run.AlertsSent, run.Status, run.Id, summary.Window);
    }

    /// <summary>One message per recipient and day.</summary>
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

/// <summary>The result of a run.</summary>
/// <param name="AlertsSent">Alerts that were sent; 0 when notifications are off or there are no recipients.</param>
internal sealed record PresetAlertReport(
    IReadOnlyList<PresetAlert> Alerts, int AlertsSent, string Status, Guid RunId, PresetWindow Window);

/// <summary>A row of <c>preset_event_alert_runs</c>.</summary>
public sealed record PresetAlertRecord
{
    public required Guid Id { get; init; }

    public required string Status { get; init; }

    public required DateOnly WindowStart { get; init; }

    public required int WindowDays { get; init; }

    public required int AlertsSent { get; init; }

    public required IReadOnlyList<string> Codes { get; init; }

    /// <summary>JSON object.</summary>
    public required string Summary { get; init; }

    public string? Error { get; init; }

    public required DateTimeOffset Now { get; init; }
}

/// <summary>The Slack webhook of preset alerts.</summary>
internal static class PresetSlack
{
    /// <summary>Name of the webhook in messages; its URL stays in the settings.</summary>
    public const string TargetName = "preset-alerts";
}

/// <summary>The rules for alerts on preset events.</summary>
internal static class PresetAlertPolicy
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

    /// <summary>Days without activity neither count nor interrupt a sequence.</summary>
    private static PresetAlert? OfTrend(IReadOnlyList<TimelineDay> timeline)
    {
        var consecutiveDays = timeline.Reverse().Where(day => day.Totals.Total > 0).TakeWhile(day => day.Totals.Net <= 0).Count();
        return consecutiveDays >= 3
            ? Warn(NegativeTrend, "Presets have been cleared at least as often as applied for several days.", new { consecutiveDays })
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
            ? Warn(Regression, "Some presets are cleared more often than before.", new { presets = worst })
            : null;
    }

    private static PresetAlert Warn(string code, string message, object metrics) => new(code, "warn", message, metrics);
}
