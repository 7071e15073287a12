using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>An operator's answer to what became of an order at its provider.</summary>
/// <param name="Outcome"><c>placed</c> or <c>not_placed</c>.</param>
/// <param name="ProviderOrderId">The provider's id of the order; with <c>placed</c> only.</param>
public sealed record SettlePlacement(string Outcome, string? ProviderOrderId, string Actor, string Reason)
{
    private static readonly string[] Outcomes = ["placed", "not_placed"];

    public bool IsPlaced => Outcome == "placed";

    public static SettlePlacement Read(Fields fields)
    {
        var outcome = fields.RequiredLabel("outcome", Outcomes);
        var order = fields.Text("provider_order_id", 1, 128, isFilled: true);
        fields.Describe("provider_order_id", "The provider's id of the order; required with placed");
        if (outcome == "placed" && order is null)
        {
            fields.Error("provider_order_id", "The provider's id of the order is required when it was placed.");
        }

        return new SettlePlacement(outcome, order, fields.RequiredText("actor", max: 200), fields.RequiredText("reason", max: 1000));
    }
}

/// <summary>An attempt to place an order of which nothing is proven yet.</summary>
/// <param name="State"><c>started</c>, <c>submitted</c> or <c>unknown</c>.</param>
/// <param name="Attempt">Our id of it, which the provider was shown.</param>
/// <param name="WhatToDo">Null while the provider is still being asked.</param>
public sealed record OpenPlacement(
    Guid Id,
    string RequestId,
    string ProviderId,
    string State,
    string Attempt,
    long TotalCents,
    DateTimeOffset Since,
    string? WhatToDo);

/// <summary>The open placements, oldest first; those with <c>what_to_do</c> wait for an operator.</summary>
public sealed record OpenPlacements(IReadOnlyList<OpenPlacement> Placements);

/// <summary>How an operator's answer was taken.</summary>
public abstract record SettlementOutcome
{
    private SettlementOutcome()
    {
    }

    public sealed record Settled(Guid Id, string Outcome) : SettlementOutcome;

    public sealed record Refused(Refusal Refusal) : SettlementOutcome;
}

internal sealed record PlacementNotFound() : NotFound("commerce.placement_not_found", "There is no such placement.");

internal sealed record PlacementNotHandedOver()
    : Conflict("commerce.placement_not_handed_over", "The placement is settled, or its provider is still being asked.");

/// <summary>The orders of which nobody knows whether their provider has them, and the operators' answers.</summary>
public sealed class PlacementReview(PlacementStore placements, ConfirmationStore sessions, TimeProvider clock)
{
    private const int Limit = 200;

    public async Task<OpenPlacements> ListAsync(CancellationToken cancellationToken) =>
        new([.. (await placements.ListOpenAsync(Limit, cancellationToken)).Select(row => row.ToPlacement())]);

    /// <summary>Only a placement that was handed over is settled here; before, the provider may still commit the order.</summary>
    public async Task<SettlementOutcome> SettleAsync(Guid id, SettlePlacement command, CancellationToken cancellationToken)
    {
        if (await placements.SettleAsync(id, command, clock.GetUtcNow(), cancellationToken) is not { } sessionId)
        {
            return new SettlementOutcome.Refused(
                await placements.ExistsAsync(id, cancellationToken) ? new PlacementNotHandedOver() : new PlacementNotFound());
        }

        await sessions.UnparkAsync(sessionId, cancellationToken);
        return new SettlementOutcome.Settled(id, command.Outcome);
    }
}
