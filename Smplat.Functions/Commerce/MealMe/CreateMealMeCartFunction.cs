using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce.MealMe;

[RequireKey(KeyScope.Storefront)]
[RateLimit(RateCategory.Order)]
public sealed class CreateMealMeCartFunction(MealMeDelivery delivery, MealMeAnswers answers)
{
    [Function("CreateMealMeCart")]
    [Operation("Fill a cart at the MealMe shop that has most of the items", Tag = "Commerce")]
    [JsonBody(typeof(CreateCart), Example =
        """{"chatgpt_user_id":"user-1","latitude":37.7786,"longitude":-122.3918,"items":[{"name":"Brown Rice","qty":1}],"mode":"groceries"}""")]
    [Answers(200, typeof(CartAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_create_cart")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await delivery.CreateCartAsync(await request.ReadAsync(CreateCart.Read, cancellationToken), cancellationToken));
}
