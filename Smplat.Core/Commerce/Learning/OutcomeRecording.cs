using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Learning;

/// <summary>How one order at one provider went.</summary>
/// <param name="IsReport">True when it was reported; false for the result of the confirmation itself, which a report replaces.</param>
public sealed record OrderOutcome(
    string OrderId,
    ProviderId Provider,
    bool IsReport,
    bool WasSuccessful,
    bool WasCancelled,
    int ItemsOrdered,
    DateTimeOffset CreatedAt)
{
    public int? ActualDeliveryMinutes { get; init; }

    public int? PromisedDeliveryMinutes { get; init; }

    public int? ItemsDelivered { get; init; }

    public long TotalCents { get; init; }

    public long CommissionCents { get; init; }

    public int? UserRating { get; init; }

    public IReadOnlyList<string> Issues { get; init; } = [];

    /// <summary>A cancellation overrides the reported success.</summary>
    public string Label => WasCancelled ? "cancelled" : WasSuccessful ? "success" : "failed";
}

/// <summary>Records the outcome of each order once, and updates the statistics that the ranking uses.</summary>
public sealed class OutcomeRecording(
    OutcomeStore outcomes, ProviderStatsRefresh stats, EdgeLog log, TimeProvider clock)
{
    /// <returns>False when the order was already reported; nothing changes then.</returns>
    public async Task<bool> RecordAsync(OrderOutcome outcome, CancellationToken cancellationToken)
    {
        var complete = await CompleteAsync(outcome, cancellationToken);
        if (!await outcomes.RecordAsync(complete, cancellationToken))
        {
            return false;
        }

        await log.WriteAsync(
        [
            new EdgeLogRow(EdgeLogEvents.RecordOutcome, clock.GetUtcNow(), "commerce.record_outcome")
            {
                ProviderId = outcome.Provider.ToWire(),
                TotalCents = complete.TotalCents,
                CommissionCents = complete.CommissionCents,
                Payload = $$"""{"outcome":"{{outcome.Label}}"}""",
            },
        ]);
        stats.Request();
        return true;
    }

    /// <summary>Amounts that the report leaves out are taken from the stored order.</summary>
    private async Task<OrderOutcome> CompleteAsync(OrderOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.TotalCents > 0)
        {
            return outcome;
        }

        var order = await outcomes.FindAmountsAsync(outcome.OrderId, outcome.Provider, cancellationToken);
        return order is null
            ? outcome
            : outcome with { TotalCents = order.TotalCents, CommissionCents = order.CommissionCents };
    }
}

/// <summary>A report of how an order went.</summary>
public static class RecordOutcome
{
    private static readonly string[] KnownIssues =
    [
        "missing_items", "late_delivery", "wrong_items", "poor_quality", "damaged_items", "driver_issues", "other",
    ];

    /// <summary>An example body with which <see cref="Read"/> requires fewer members.</summary>
    public static IReadOnlyList<string> Probes { get; } = ["""{"wasCancelled":true}"""];

    public static OrderOutcome Read(Fields fields, DateTimeOffset now)
    {
        var orderId = fields.RequiredText("orderId", 1, 128, also: "order_id");
        var provider = fields.RequiredText("providerId", 1, 32, also: "provider_id");
        fields.Describe("providerId", values: [.. ProviderIds.All.Select(known => known.ToWire())]);
        if (!ProviderIds.TryParse(provider, out var id))
        {
            fields.Error("providerId", "MEALME, INSTACART, KROGER_API or WALMART_API is expected.");
        }

        var wasCancelled = fields.Flag("wasCancelled", also: "was_cancelled") ?? false;
        var wasSuccessful = wasCancelled
            ? fields.Flag("wasSuccessful", also: "success") ?? false
            : fields.RequiredFlag("wasSuccessful", also: "success");
        fields.Describe("wasCancelled", "With true, wasSuccessful may be left out");
        var total = Cents.Round((fields.Number("totalValue", 0, 1_000_000, also: "total_value") ?? 0) * 100);
        var rate = fields.Number("commissionRate", 0, 1, also: "commission_rate") ?? 0;
        var issues = fields.Texts("issues", 20, 64);
        fields.Describe("totalValue", "Dollars; 0 or left out takes it from the order");
        fields.Describe("commissionRate", "Share of totalValue");
        fields.Describe("issues", values: KnownIssues);
        foreach (var issue in issues.Where(issue => !KnownIssues.Contains(issue)))
        {
            fields.Error("issues", $"\"{issue}\" is not one of {string.Join(", ", KnownIssues)}.");
        }

        return new OrderOutcome(
            orderId,
            id,
            IsReport: true,
            wasSuccessful,
            wasCancelled,
            fields.RequiredInteger("itemsOrdered", 1, 10_000, also: "items_ordered"),
            now)
        {
            ActualDeliveryMinutes = fields.Integer("actualDeliveryTime", 1, 1_000_000, also: "delivery_time_minutes"),
            ItemsDelivered = fields.Integer("itemsDelivered", 0, 10_000, also: "items_delivered"),
            TotalCents = total,
            CommissionCents = Cents.Share(total, rate),
            UserRating = fields.Integer("userRating", 1, 5, also: "user_rating"),
            Issues = [.. issues.Distinct(StringComparer.Ordinal)],
        };
    }
}
