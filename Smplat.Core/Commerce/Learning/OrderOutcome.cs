using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Learning;

/// <summary>How one order at one provider went.</summary>
/// <param name="IsReport">Somebody reported it; false for what the confirmation itself showed, which a report replaces.</param>
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

    /// <summary>A cancellation wins over what was said about success.</summary>
    public string Label => WasCancelled ? "cancelled" : WasSuccessful ? "success" : "failed";
}
