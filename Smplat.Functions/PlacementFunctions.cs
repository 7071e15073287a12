using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Confirmation;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The orders of which nobody knows whether their provider has them.</summary>
public sealed class PlacementFunctions(PlacementReview placements)
{
    [Function("ListOpenPlacements")]
    [RequireKey(KeyScope.Operator)]
    [Operation("List the orders of which it is unknown whether their provider has them", Tag = "Commerce")]
    [Answers(200, typeof(OpenPlacements), Naming.Snake)]
    public async Task<IResult> ListOpenPlacementsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/placements")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await placements.ListAsync(cancellationToken));

    [Function("SettlePlacement")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Record what the provider says about an order that stayed unknown", Tag = "Commerce")]
    [JsonBody(typeof(SettlePlacement), Example =
        """{"outcome":"not_placed","actor":"operator","reason":"MealMe support cancelled it"}""")]
    [Answers(200, typeof(SettlementOutcome.Settled), Naming.Snake)]
    [Answers(404, "No such placement")]
    [Answers(409, "The placement is settled, or its provider is still being asked")]
    public async Task<IResult> SettlePlacementAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/commerce/placements/{placementId}/settle")] HttpRequest request,
        string placementId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(placementId, "placement_id");
        var command = await request.ReadAsync(SettlePlacement.Read, cancellationToken);
        return await placements.SettleAsync(id, command, cancellationToken) switch
        {
            SettlementOutcome.Settled settled => Answer.Snake(settled),
            SettlementOutcome.Refused refused => Answer.From(refused.Refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }
}
