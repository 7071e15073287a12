using Microsoft.AspNetCore.Http;
using Smplat.Core.Commerce.Answers;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Providers.MealMe.Delivery;
using Smplat.Core.Commerce.Providers.MealMe.Webhooks;
using Smplat.Functions.Http;
using Smplat.Functions.Http.Answers;

namespace Smplat.Functions.Commerce.MealMe;

/// <summary>HTTP answers of the MealMe and delivery calls: what the vendor does wrong is 502 or 504, never ours.</summary>
public sealed class MealMeAnswers(TimeProvider clock)
{
    public IResult Of(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.CartCreated created => Answer.Snake(CartAnswer.From(created)),
        DeliveryOutcome.Quoted quoted => Answer.Snake(QuotesAnswer.From(quoted.Quotes)),
        DeliveryOutcome.ShopsFound found => Answer.Snake(ShopsAnswer.From(found.Shops)),
        DeliveryOutcome.NotFound missing => Failure(StatusCodes.Status404NotFound, "NOT_FOUND", $"Nothing is known of this {missing.What}."),
        DeliveryOutcome.Failed failed => Of(failed.Failure),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    /// <summary>Callers of the whole chain look into the body: the status is 200 also when a step failed.</summary>
    public IResult Of(DeliveryFlowOutcome outcome) => outcome switch
    {
        DeliveryFlowOutcome.Ready ready => Answer.Json(DeliveryAnswer.From(ready), Naming.Camel),
        DeliveryFlowOutcome.Stopped stopped => Answer.Json(DeliveryAnswer.From(stopped), Naming.Camel),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    public IResult Of(WebhookOutcome outcome) => outcome switch
    {
        WebhookOutcome.Taken taken => Answer.Snake(WebhookAnswer.From(taken.Effect)),
        WebhookOutcome.NotConfigured => Failure(
            StatusCodes.Status503ServiceUnavailable, "NOT_CONFIGURED", "MEALME_WEBHOOK_SECRET is not set."),
        WebhookOutcome.NotTrusted refused => Failure(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", refused.Reason),
        WebhookOutcome.Unreadable => Failure(StatusCodes.Status400BadRequest, "INVALID_JSON", "The body is not a JSON object."),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    private IResult Of(ProviderFailure failure) => failure.Code switch
    {
        ProviderFailureCodes.Timeout => Failure(StatusCodes.Status504GatewayTimeout, "PROVIDER_TIMEOUT", failure.Message),
        ProviderFailureCodes.MissingCredentials => Failure(
            StatusCodes.Status503ServiceUnavailable, "NOT_CONFIGURED", failure.Message),
        ProviderFailureCodes.NoStores or ProviderFailureCodes.NoItemsMatched => Failure(
            StatusCodes.Status404NotFound, failure.Code, failure.Message),
        _ => Failure(StatusCodes.Status502BadGateway, "PROVIDER_ERROR", failure.Message),
    };

    private IResult Failure(int status, string code, string message)
    {
        var now = clock.GetUtcNow();
        return Answer.Json(
            new FailureAnswer(false, new FailureError(code, message), RequestId.Create(now), now), Naming.Camel, status);
    }
}
