using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce.MealMe;

[RequireKey(KeyScope.Storefront)]
[RateLimit(RateCategory.Order)]
public sealed class PlaceDeliveryOrderFunction(DeliveryFlow delivery, MealMeAnswers answers)
{
    [Function("PlaceDeliveryOrder")]
    [Operation("From ingredients to a checkout page: cart, delivery quotes, link", Tag = "Commerce")]
    [JsonBody(typeof(PlaceDelivery), Example =
        """{"chatgpt_user_id":"user-1","latitude":37.7786,"longitude":-122.3918,"ingredients":["2 cups flour","3 eggs"]}""")]
    [Answers(200, typeof(DeliveryAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/delivery_place_order")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await delivery.RunAsync(await request.ReadAsync(PlaceDelivery.Read, cancellationToken), cancellationToken));
}
