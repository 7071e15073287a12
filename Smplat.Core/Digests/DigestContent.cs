using System.Globalization;
using System.Text.Json;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Core.Digests;

/// <summary>The content of one person's digest: their orders and pending actions. It contains no business figures.</summary>
public sealed record DigestContent(IReadOnlyList<DigestOrder> Orders, IReadOnlyList<string> PendingActions)
{
    public bool IsEmpty => Orders.Count == 0 && PendingActions.Count == 0;

    /// <summary>Zero counts are left out.</summary>
    public static IReadOnlyList<string> Actions(long onHold, long failedTasks, long pendingTasks) =>
    [
        .. new[]
        {
            Count(onHold, "order on hold", "orders on hold"),
            Count(failedTasks, "failed fulfillment task", "failed fulfillment tasks"),
            Count(pendingTasks, "pending fulfillment task", "pending fulfillment tasks"),
        }.OfType<string>(),
    ];

    public string ToPayload(string week) => JsonSerializer.Serialize(new
    {
        week,
        pending_actions = PendingActions,
        orders = Orders.Select(order => new
        {
            number = order.Number,
            status = order.Status,
            total = order.Total,
            currency = order.Currency,
            updated_at = order.UpdatedAt,
            lines = order.Lines,
            tasks_completed = order.TasksCompleted,
            tasks_total = order.TasksTotal,
        }),
    });

    private static string? Count(long count, string one, string many) =>
        count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? one : many)}");
}

/// <summary>An order as a client's digest shows it.</summary>
public sealed record DigestOrder
{
    public required string Number { get; init; }

    public required string Status { get; init; }

    public required decimal Total { get; init; }

    public required string Currency { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Titles and quantities, one a line; null for an order without items.</summary>
    public string? Items { get; init; }

    public required long TasksCompleted { get; init; }

    public required long TasksTotal { get; init; }

    public string[] Lines => Items?.Split('\n') ?? [];
}

/// <summary>Renders a person's digest as it would be now. It writes nothing.</summary>
public sealed class DigestPreview(DigestStore store, MessageRenderer renderer, TimeProvider clock)
{
    /// <returns>Null when the digest would be empty.</returns>
    public async Task<RenderedMessage?> RenderAsync(DigestRecipient recipient, CancellationToken cancellationToken)
    {
        var content = await store.ReadContentAsync(recipient.UserId, cancellationToken);
        if (content.IsEmpty)
        {
            return null;
        }

        var week = DigestWeek.At(clock.GetUtcNow(), recipient.Zone).Label;
        var person = new Person(recipient.UserId, null, null, "active", recipient.TimeZone, "en-US");
        var payload = JsonSerializer.Deserialize<JsonElement>(content.ToPayload(week));
        return renderer.Render(MessageKinds.Find(MessageKinds.WeeklyDigest)!, payload, person, null, MessagePreview.SampleLink);
    }
}
