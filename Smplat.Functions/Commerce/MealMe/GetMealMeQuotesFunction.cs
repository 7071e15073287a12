using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce.MealMe;

[RequireKey(KeyScope.Storefront)]
[RateLimit(RateCategory.Search)]
public sealed class GetMealMeQuotesFunction(MealMeDelivery delivery, MealMeAnswers answers)
{
    [Function("GetMealMeQuotes")]
    [Operation("Delivery quotes for a MealMe cart", Tag = "Commerce")]
    [JsonBody(typeof(GetDeliveryQuotes), Example = """{"cartId":"cart_000001","mode":"groceries"}""")]
    [Answers(200, typeof(QuotesAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_get_quotes")] HttpRequest request,
        CancellationToken cancellationToken) =>
        answers.Of(await delivery.QuoteAsync(await request.ReadAsync(GetDeliveryQuotes.Read, cancellationToken), cancellationToken));
}
