using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce.MealMe;

[RequireKey(KeyScope.Storefront)]
[RateLimit(RateCategory.Search)]
public sealed class SearchDeliveryShopsFunction(MealMeDelivery delivery, MealMeAnswers answers)
{
    [Function("SearchDeliveryShops")]
    [Operation("Shops and restaurants near a place", Tag = "Commerce")]
    [JsonBody(typeof(FindShops), Example = """{"latitude":37.7786,"longitude":-122.3918,"query":"market","mode":"groceries","limit":5}""")]
    [Answers(200, typeof(ShopsAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/delivery_search_restaurants")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await delivery.FindShopsAsync(await request.ReadAsync(FindShops.Read, cancellationToken), cancellationToken));
}
