using Microsoft.AspNetCore.Http;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Functions.Http;

namespace Smplat.Functions.Commerce.MealMe;

/// <summary>HTTP answers of the MealMe and delivery calls: what the vendor does wrong is 502 or 504, never ours.</summary>
public sealed class MealMeAnswers(VendorAnswers vendor)
{
    public IResult Of(MealMeDeliveryOutcome outcome) => outcome switch
    {
        MealMeDeliveryOutcome.CartCreated created => Answer.Snake(CartAnswer.From(created)),
        MealMeDeliveryOutcome.Quoted quoted => Answer.Snake(QuotesAnswer.From(quoted.Quotes)),
        MealMeDeliveryOutcome.ShopsFound found => Answer.Snake(ShopsAnswer.From(found.Shops)),
        MealMeDeliveryOutcome.NotFound missing => vendor.Failure(StatusCodes.Status404NotFound, "NOT_FOUND", $"Nothing is known of this {missing.What}."),
        MealMeDeliveryOutcome.Failed failed => vendor.Of(failed.Failure),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    /// <summary>Callers of the whole chain look into the body: the status is 200 also when a step failed.</summary>
    public IResult Of(DeliveryFlowOutcome outcome) => outcome switch
    {
        DeliveryFlowOutcome.Ready ready => Answer.Snake(DeliveryAnswer.From(ready)),
        DeliveryFlowOutcome.Stopped stopped => Answer.Snake(DeliveryAnswer.From(stopped)),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    public IResult Of(MealMeWebhookOutcome outcome) => outcome switch
    {
        MealMeWebhookOutcome.Taken taken => Answer.Snake(WebhookAnswer.From(taken.Effect)),
        MealMeWebhookOutcome.NotConfigured => vendor.Failure(
            StatusCodes.Status503ServiceUnavailable, "NOT_CONFIGURED", "MEALME_WEBHOOK_SECRET is not set."),
        MealMeWebhookOutcome.NotTrusted refused => vendor.Failure(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", refused.Reason),
        MealMeWebhookOutcome.Unreadable => vendor.Failure(StatusCodes.Status400BadRequest, "INVALID_JSON", "The body is not a JSON object."),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}
