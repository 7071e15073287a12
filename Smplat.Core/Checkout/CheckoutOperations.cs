using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Checkout;

/// <summary>A report about the progress of a checkout.</summary>
/// <param name="ExpectedStage">If given, the update applies only in this stage.</param>
/// <param name="ExpectedVersion">If given, the update applies only if the checkout has not changed since it was read.</param>
public sealed record CheckoutUpdate(
    string Stage,
    string Status,
    string? Note,
    JsonElement? Payload,
    DateTimeOffset? NextActionAt,
    JsonElement? MetadataPatch,
    string? ExpectedStage,
    int? ExpectedVersion)
{
    private const int MaxJson = 16 * 1024;

    public static CheckoutUpdate Read(Fields fields) => new(
        fields.RequiredLabel("stage", CheckoutStage.All),
        fields.RequiredLabel("status", CheckoutStatus.All),
        fields.Text("note", 0, 2000),
        Limited(fields, "payload", null),
        fields.Instant("nextActionAt", also: "next_action_at"),
        Limited(fields, "metadataPatch", "metadata_patch"),
        fields.Label("expectedStage", CheckoutStage.All, also: "expected_stage"),
        fields.Integer("expectedVersion", 1, also: "expected_version"));

    private static JsonElement? Limited(Fields fields, string name, string? also)
    {
        var value = fields.Object(name, also);
        if (value?.GetRawText().Length > MaxJson)
        {
            fields.Error(name, $"At most {MaxJson} characters are allowed.", "too_long");
        }

        return value;
    }
}

/// <summary>Reads checkouts and applies the reports about them.</summary>
public sealed class CheckoutOperations(
    NpgsqlDataSource database, CheckoutStore store, IOptionsMonitor<CheckoutRecoveryOptions> options, TimeProvider clock)
{
    /// <summary>The checkout of an order. It is created on the first read.</summary>
    public async Task<CheckoutOutcome> ReadAsync(Guid orderId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await store.FindAsync(orderId, connection, cancellationToken) is { } known)
        {
            return await ToOutcomeAsync(known, connection, cancellationToken);
        }

        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await store.EnsureAsync([orderId], clock.GetUtcNow(), transaction, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return await store.FindAsync(orderId, connection, cancellationToken) is { } created
            ? await ToOutcomeAsync(created, connection, cancellationToken)
            : new CheckoutOutcome.Refused(new CheckoutOrderNotFound());
    }

    /// <summary>Applies an update if the transition table allows it. Repeating an update changes nothing and gets the same answer.</summary>
    public async Task<CheckoutOutcome> UpdateAsync(Guid orderId, CheckoutUpdate update, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken))
        {
            await store.EnsureAsync([orderId], now, transaction, cancellationToken);
            if (await store.LockAsync([orderId], transaction, cancellationToken) is not [var row])
            {
                return new CheckoutOutcome.Refused(new CheckoutOrderNotFound());
            }

            if ((update.ExpectedStage ?? row.CurrentStage) != row.CurrentStage
                || (update.ExpectedVersion ?? row.Version) != row.Version)
            {
                return new CheckoutOutcome.Refused(new CheckoutMoved(row.CurrentStage, row.Version));
            }

            var verdict = CheckoutPolicy.Decide(row.State, update.Stage, update.Status, NextActionAt(update, now), now);
            if (verdict is CheckoutVerdict.Illegal)
            {
                return new CheckoutOutcome.Refused(
                    new IllegalTransition(row.CurrentStage, row.StageStatus, update.Stage, update.Status));
            }

            if (verdict is CheckoutVerdict.Moved moved)
            {
                var step = new CheckoutStep(update.Stage, update.Status, update.Note, update.Payload?.GetRawText() ?? "{}");
                var change = new CheckoutChange(row.Id, moved.Next, update.MetadataPatch?.GetRawText() ?? "{}", [step]);
                await store.WriteAsync([change], now, transaction, cancellationToken);
            }

            await transaction.CommitAsync(cancellationToken);
        }

        var written = await store.FindAsync(orderId, connection, cancellationToken);
        return written is null
            ? new CheckoutOutcome.Refused(new CheckoutOrderNotFound())
            : await ToOutcomeAsync(written, connection, cancellationToken);
    }

    /// <summary>A checkout that waits without a date would never be swept, so it gets one.</summary>
    private DateTimeOffset? NextActionAt(CheckoutUpdate update, DateTimeOffset now) =>
        update.Status == CheckoutStatus.Waiting
            ? update.NextActionAt ?? now + TimeSpan.FromMinutes(options.CurrentValue.IdleMinutes)
            : null;

    private async Task<CheckoutOutcome> ToOutcomeAsync(
        CheckoutRow row, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        new CheckoutOutcome.Known(new()
        {
            OrderId = row.OrderId,
            CurrentStage = row.CurrentStage,
            Status = row.StageStatus,
            StartedAt = row.StartedAt,
            CompletedAt = row.CompletedAt,
            FailedAt = row.FailedAt,
            NextActionAt = row.NextActionAt,
            Metadata = JsonSerializer.Deserialize<JsonElement>(row.Metadata),
            Version = row.Version,
            Events = await store.ListEventsAsync(row.Id, connection, cancellationToken),
        });
}

/// <summary>A checkout with its history, oldest event first.</summary>
public sealed record CheckoutOrchestration
{
    public required Guid OrderId { get; init; }

    public required string CurrentStage { get; init; }

    public required string Status { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? CompletedAt { get; init; }

    public required DateTimeOffset? FailedAt { get; init; }

    public required DateTimeOffset? NextActionAt { get; init; }

    public required JsonElement Metadata { get; init; }

    /// <summary>Increases with every change. Send it back to change only what was read.</summary>
    public required int Version { get; init; }

    public required IReadOnlyList<CheckoutEvent> Events { get; init; }
}

/// <summary>One step of a checkout.</summary>
public sealed record CheckoutEvent(string Stage, string Status, string? Note, JsonElement Payload, DateTimeOffset CreatedAt);

/// <summary>The result of reading or updating a checkout.</summary>
public abstract record CheckoutOutcome
{
    private CheckoutOutcome()
    {
    }

    public sealed record Known(CheckoutOrchestration Checkout) : CheckoutOutcome;

    public sealed record Refused(Refusal Refusal) : CheckoutOutcome;
}

internal sealed record CheckoutOrderNotFound() : NotFound("checkout.unknown_order", "Order not found");

internal sealed record IllegalTransition(string FromStage, string FromStatus, string Stage, string Status) : Conflict(
    "checkout.illegal_transition",
    $"The checkout is in {FromStage}/{FromStatus} and cannot change to {Stage}/{Status}.");

internal sealed record CheckoutMoved(string Stage, int Version) : Conflict(
    "checkout.moved_on", $"The checkout has changed: it is in stage {Stage}, version {Version}. Read it again.");

internal sealed record UnusableLink() : NotFound(
    "checkout.unusable_link", "The link is no longer valid.");
