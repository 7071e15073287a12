using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Analytics;

/// <summary>Looks for alerts, leaves messages about them in the outbox, and records the run: all or nothing.</summary>
public sealed class PresetAlertRound(
    NpgsqlDataSource database,
    PresetReport report,
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

        var run = new PresetAlertRun(
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
