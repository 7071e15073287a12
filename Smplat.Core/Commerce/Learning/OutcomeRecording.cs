using Smplat.Core.Commerce.Confirmation;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;

namespace Smplat.Core.Commerce.Learning;

/// <summary>Takes in how orders went, each once, and lets the ranking know.</summary>
public sealed class OutcomeRecording(
    OutcomeStore outcomes, OrderStore orders, StandingsRefresh standings, EdgeLog log, TimeProvider clock)
{
    /// <returns>False when the order had been reported before; nothing changes then.</returns>
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
        standings.Request();
        return true;
    }

    /// <summary>What the report leaves out is taken from the order that we know.</summary>
    private async Task<OrderOutcome> CompleteAsync(OrderOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.TotalCents > 0)
        {
            return outcome;
        }

        var order = await orders.FindAmountsAsync(outcome.OrderId, outcome.Provider, cancellationToken);
        return order is null
            ? outcome
            : outcome with { TotalCents = order.TotalCents, CommissionCents = order.CommissionCents };
    }
}
