using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>What came of ordering one part.</summary>
/// <param name="Number">Of the part; 0 when the order is not divided.</param>
public abstract record LegOutcome(int Number)
{
    public bool FailoverAttempted { get; init; }

    /// <summary>What the attempts showed about their providers.</summary>
    public IReadOnlyList<OrderOutcome> Learned { get; init; } = [];

    public sealed record Done(PlacedOrder Order, AttemptEnd Attempt, DateTimeOffset EstimatedDelivery) : LegOutcome(Order.Leg);

    /// <summary>Provably nothing was ordered.</summary>
    public sealed record Failed(int Number, ProviderId Provider, ProviderFailure Failure) : LegOutcome(Number);

    /// <summary>The provider may have the order; recovery will find out.</summary>
    public sealed record Unknown(int Number, ProviderId Provider) : LegOutcome(Number);
}
