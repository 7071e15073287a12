namespace Smplat.Core.Operators;

/// <summary>Finds what an id belongs to: an order of the shop with all that hangs on it, or a routing request.</summary>
public sealed class RecordLookup(RecordStore store)
{
    /// <summary>No id is longer.</summary>
    public const int MaxLength = 200;

    /// <param name="id">
    /// An order's id or number; the id of a payment, of its session or intent; of a journey, a task or a checkout; the
    /// reference of an order at a provider, or the id of a routing session.
    /// </param>
    public async Task<RecordMatches> FindAsync(string id, CancellationToken cancellationToken)
    {
        var text = id.Trim();
        if (text.Length is 0 or > MaxLength)
        {
            return new([], []);
        }

        var matches = await store.FindAsync(text, Guid.TryParse(text, out var uuid) ? uuid : null, cancellationToken);
        var orders = new List<OrderRecord>();
        foreach (var order in matches.Where(match => match.OrderId is not null).GroupBy(match => match.OrderId!.Value))
        {
            if (await store.ReadOrderAsync(order.Key, [.. order.Select(match => match.Kind)], cancellationToken) is { } record)
            {
                orders.Add(record);
            }
        }

        return new(orders, [.. matches.Select(match => match.RequestId).OfType<string>().Distinct(StringComparer.Ordinal)]);
    }
}

/// <param name="Orders">Orders of the shop, in full.</param>
/// <param name="RequestIds">Routing requests.</param>
public sealed record RecordMatches(IReadOnlyList<OrderRecord> Orders, IReadOnlyList<string> RequestIds)
{
    public bool IsEmpty => Orders.Count == 0 && RequestIds.Count == 0;
}

/// <summary>What an id was found as.</summary>
/// <param name="Kind">order, payment, journey, task, checkout or request.</param>
public sealed record RecordMatch(string Kind, Guid? OrderId, string? RequestId);

/// <summary>An order of the shop with all that hangs on it, oldest first in every list.</summary>
public sealed record OrderRecord
{
    /// <summary>What the id was found as.</summary>
    public required IReadOnlyList<string> FoundAs { get; init; }

    public required OrderFacts Order { get; init; }

    public required IReadOnlyList<OrderItemFacts> Items { get; init; }

    public required IReadOnlyList<OrderStep> Steps { get; init; }

    public required IReadOnlyList<PaymentFacts> Payments { get; init; }

    public required IReadOnlyList<TaskFacts> Tasks { get; init; }

    public CheckoutFacts? Checkout { get; init; }

    public JourneyFacts? Journey { get; init; }

    public required IReadOnlyList<JourneyTask> JourneyTasks { get; init; }
}

/// <summary>An order of the shop. The customer appears by id only.</summary>
public sealed record OrderFacts
{
    public required Guid Id { get; init; }

    public required string OrderNumber { get; init; }

    public Guid? UserId { get; init; }

    public required string Status { get; init; }

    public string? HoldReason { get; init; }

    public required string Source { get; init; }

    public required decimal Total { get; init; }

    public required string Currency { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

public sealed record OrderItemFacts(Guid Id, string ProductTitle, int Quantity, decimal TotalPrice);

/// <summary>A change of the order's status.</summary>
public sealed record OrderStep(DateTimeOffset ChangedAt, string FromStatus, string ToStatus, string Cause, string? Reason, string Actor);

public sealed record PaymentFacts
{
    public required Guid Id { get; init; }

    public string? ProviderReference { get; init; }

    public string? ProviderSessionId { get; init; }

    public required string Status { get; init; }

    public required decimal Amount { get; init; }

    public required decimal RefundedAmount { get; init; }

    public required string Currency { get; init; }

    public string? FailureReason { get; init; }

    public required bool IsMismatched { get; init; }

    public DateTimeOffset? CapturedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A task of the fulfillment queue.</summary>
public sealed record TaskFacts
{
    public required Guid Id { get; init; }

    public required string TaskType { get; init; }

    public required string Title { get; init; }

    public required string Status { get; init; }

    public required int Attempt { get; init; }

    public string? ErrorMessage { get; init; }

    public DateTimeOffset? ScheduledAt { get; init; }

    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>The trace that created the task, in the form of W3C.</summary>
    public string? Traceparent { get; init; }

    /// <summary>The trace's id; null when none was kept.</summary>
    public string? TraceId => Traceparent?.Split('-') is [_, { Length: 32 } id, ..] ? id : null;
}

/// <summary>The stage that the order's checkout is in.</summary>
public sealed record CheckoutFacts(
    Guid Id, string CurrentStage, string StageStatus, int Prompts, DateTimeOffset? NextActionAt, DateTimeOffset? LastTransitionAt);

/// <summary>The client's checklist.</summary>
public sealed record JourneyFacts(
    Guid Id, string Status, string? CurrentStep, decimal ProgressPercentage, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt);

public sealed record JourneyTask(string Slug, string Title, string Status, DateTimeOffset? DueAt, DateTimeOffset? CompletedAt);
