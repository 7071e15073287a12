using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Sessions;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>What came of one part of a confirmation.</summary>
public abstract record LegOutcome
{
    private LegOutcome()
    {
    }

    public bool FailoverAttempted { get; init; }

    /// <summary>What the attempts showed about their providers.</summary>
    public IReadOnlyList<OrderOutcome> Learned { get; init; } = [];

    public sealed record Done(PlacedOrder Order, AttemptEnd Attempt, DateTimeOffset EstimatedDelivery) : LegOutcome;

    /// <summary>Nothing was ordered: the basket became dearer or smaller, and the shopper is asked.</summary>
    public sealed record PriceChanged(SessionQuote Before, SessionQuote Now) : LegOutcome;

    /// <summary>Provably nothing was ordered.</summary>
    public sealed record Failed(ProviderId Provider, ProviderFailure Failure) : LegOutcome;

    /// <summary>The provider may have the order; recovery will find out.</summary>
    public sealed record Unknown(ProviderId Provider) : LegOutcome;
}
