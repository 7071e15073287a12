using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Guardrails;

/// <summary>A follow-up on the guardrails of a provider.</summary>
public sealed record RecordFollowUp
{
    /// <summary>Chosen by the caller, so that a repeated request is recognised; null for a new one.</summary>
    public Guid? FollowUpId { get; init; }

    public required string ProviderId { get; init; }

    public string? ProviderName { get; init; }

    public required string Action { get; init; }

    public string Source { get; init; } = FollowUpSource.Manual;

    public string? Notes { get; init; }

    public PlatformContext? PlatformContext { get; init; }

    public string? ConversionCursor { get; init; }

    public string? ConversionHref { get; init; }

    public IReadOnlyList<FollowUpAttachment> Attachments { get; init; } = [];

    public static RecordFollowUp Read(Fields fields)
    {
        var id = fields.Guid("followUpId");
        fields.Describe("followUpId", "Chosen by the caller: a request with the id of a stored follow-up returns that one");
        return new()
        {
            FollowUpId = id,
            ProviderId = fields.RequiredText("providerId", 1, 128, isFilled: true).Trim(),
            ProviderName = Trimmed(fields.Text("providerName", max: 255)),
            Action = fields.RequiredLabel("action", FollowUpAction.All),
            Source = fields.Label("source", FollowUpSource.All) ?? FollowUpSource.Manual,
            Notes = Trimmed(fields.Text("notes", max: 500)),
            PlatformContext = fields.Nested("platformContext") is { } context ? ReadContext(context) : null,
            ConversionCursor = Trimmed(fields.Text("conversionCursor", max: 255)),
            ConversionHref = ReadLink(fields),
            Attachments = [.. fields.List("attachments", 10).Select(ReadAttachment)],
        };
    }

    private static PlatformContext ReadContext(Fields fields) => new(
        fields.RequiredText("id", 1, 255),
        fields.RequiredText("label", 1, 255),
        fields.Text("handle", max: 255),
        fields.Text("platformType", max: 64));

    private static FollowUpAttachment ReadAttachment(Fields fields) => new(
        fields.RequiredText("id", 1, 255),
        fields.RequiredText("fileName", 1, 255),
        fields.RequiredWebAddress("assetUrl", 2_048),
        fields.RequiredText("storageKey", 1, 1_024),
        fields.Integer("size", 0),
        fields.Text("contentType", max: 255),
        fields.Instant("uploadedAt"));

    private static string? ReadLink(Fields fields)
    {
        var link = Trimmed(fields.Text("conversionHref", max: 2_048));
        fields.Describe("conversionHref", "An http or https URL, or a path of the storefront; made from the cursor when it is missing");
        if (link is not null && !GuardrailLinks.IsLink(link))
        {
            fields.Error("conversionHref", "Must be an http or https URL, or a path that starts with one slash.", "url_parsing");
        }

        return link;
    }

    private static string? Trimmed(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>The result of recording a follow-up.</summary>
public abstract record FollowUpOutcome
{
    private FollowUpOutcome()
    {
    }

    /// <param name="IsNew">False when the id was stored before; nothing was changed and no notice is sent.</param>
    public sealed record Recorded(FollowUpReceipt Receipt, bool IsNew) : FollowUpOutcome;

    public sealed record Refused(Refusal Refusal) : FollowUpOutcome;
}

/// <param name="ProviderTelemetry">Over the newest orders at the provider; null when there are none.</param>
public sealed record FollowUpReceipt(FollowUp Entry, GuardrailStatus Status, ProviderTelemetry? ProviderTelemetry);

public sealed record FollowUpIdTaken()
    : Conflict("guardrails.follow_up_id_taken", "Another follow-up has this followUpId. Choose a new one.");

/// <summary>
/// Records follow-ups. The follow-up, the provider's status and the notice to Slack commit together, so a follow-up whose notice
/// waits for Slack is never lost, and a request that failed has changed nothing.
/// </summary>
public sealed class FollowUpOperations(
    NpgsqlDataSource database,
    FollowUpStore store,
    OutboxWriter outbox,
    IOptionsMonitor<GuardrailOptions> options,
    IOptionsMonitor<RuntimeOptions> runtime,
    TimeProvider clock,
    ILogger<FollowUpOperations> logger)
{
    /// <summary>Name of the webhook in messages; its URL stays in the settings.</summary>
    internal const string SlackTargetName = "provider-automation";

    private const int MaxLinkedAttachments = 5;

    public async Task<FollowUpOutcome> RecordAsync(RecordFollowUp command, CancellationToken cancellationToken)
    {
        var telemetry = await store.ReadTelemetryAsync(command.ProviderId, cancellationToken);
        var entry = Create(command, clock.GetStoredNow());
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (!await store.AddAsync(entry, transaction, cancellationToken))
        {
            await transaction.RollbackAsync(cancellationToken);
            return await RepeatedAsync(entry, telemetry, cancellationToken);
        }

        var status = await store.UpsertStatusAsync(entry, transaction, cancellationToken);
        if (options.CurrentValue.SlackWebhookUrl is not null)
        {
            await outbox.EnqueueAsync(Notice(entry, status, telemetry), transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        GuardrailsLog.Recorded(logger, entry.Id, entry.Action, entry.ProviderId, entry.Source);
        return new FollowUpOutcome.Recorded(new(entry, status, telemetry), IsNew: true);
    }

    private static FollowUp Create(RecordFollowUp command, DateTimeOffset now) => new()
    {
        Id = command.FollowUpId ?? Guid.CreateVersion7(now),
        ProviderId = command.ProviderId,
        ProviderName = command.ProviderName,
        Action = command.Action,
        Source = command.Source,
        Notes = command.Notes,
        PlatformContext = command.PlatformContext,
        Attachments = command.Attachments,
        ConversionCursor = command.ConversionCursor,
        ConversionHref = command.ConversionHref,
        CreatedAt = now,
    };

    /// <summary>The id is stored already: the same follow-up sent again, or another one.</summary>
    private async Task<FollowUpOutcome> RepeatedAsync(FollowUp entry, ProviderTelemetry? telemetry, CancellationToken cancellationToken)
    {
        var stored = await store.FindAsync(entry.Id, cancellationToken);
        var statuses = await store.ListStatusesAsync([entry.ProviderId], cancellationToken);
        return stored is not null && statuses is [var status]
            && (stored.ProviderId, stored.Action) == (entry.ProviderId, entry.Action)
                ? new FollowUpOutcome.Recorded(new(stored, status, telemetry), IsNew: false)
                : new FollowUpOutcome.Refused(new FollowUpIdTaken());
    }

    private OutboxMessage Notice(FollowUp entry, GuardrailStatus status, ProviderTelemetry? telemetry)
    {
        var frontend = runtime.CurrentValue.FrontendUrl;
        var payload = JsonSerializer.Serialize(new
        {
            provider_id = entry.ProviderId,
            provider_name = entry.ProviderName ?? status.ProviderName ?? entry.ProviderId,
            action = entry.Action,
            automated = entry.Source == FollowUpSource.Automation,
            notes = entry.Notes,
            evidence = entry.Attachments.Take(MaxLinkedAttachments).Select(file => new { name = file.FileName, url = file.AssetUrl }),
            more_evidence = Math.Max(0, entry.Attachments.Count - MaxLinkedAttachments),
            is_paused = status.IsPaused,
            platform_label = entry.PlatformContext?.Label,
            platform_handle = entry.PlatformContext?.Handle,
            timeline_href = GuardrailLinks.Timeline(frontend, entry.ProviderId),
            telemetry = telemetry is null ? null : new
            {
                total_orders = telemetry.TotalOrders,
                pass = telemetry.Guardrails.Pass,
                warn = telemetry.Guardrails.Warn,
                fail = telemetry.Guardrails.Fail,
                executed = telemetry.Replays.Executed,
                failed = telemetry.Replays.Failed,
                scheduled = telemetry.Replays.Scheduled,
                services = telemetry.GuardrailHitsByService.Select(service => new
                {
                    id = service.Key,
                    pass = service.Value.Pass,
                    warn = service.Value.Warn,
                    fail = service.Value.Fail,
                }),
                overrides = telemetry.RuleOverridesByService.Select(service => new { id = service.Key, count = service.Value.TotalOverrides }),
            },
            conversion_cursor = entry.ConversionCursor,
            conversion_href = entry.ConversionHref is { } link
                ? GuardrailLinks.Absolute(frontend, link)
                : GuardrailLinks.Conversions(frontend, entry.ConversionCursor),
        });
        return new(
            MessageKinds.ProviderGuardrailFollowUp,
            OutboxChannel.Slack,
            SlackTargetName,
            null,
            $"guardrail-followup:{entry.Id}",
            payload,
            entry.CreatedAt);
    }
}
