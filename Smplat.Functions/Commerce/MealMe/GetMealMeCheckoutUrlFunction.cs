using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce.MealMe;

[RequireKey(KeyScope.Storefront)]
[RateLimit(RateCategory.Order)]
public sealed class GetMealMeCheckoutUrlFunction(MealMeDelivery delivery)
{
    [Function("GetMealMeCheckoutUrl")]
    [Operation("The vendor's checkout page of a MealMe cart", Tag = "Commerce")]
    [JsonBody(typeof(GetCheckoutUrl), Example = """{"cartId":"cart_000001"}""")]
    [Answers(200, typeof(CheckoutUrlAnswer), Naming.Camel)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/mealme_checkout_url")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var wish = await request.ReadAsync(GetCheckoutUrl.Read, cancellationToken);
        return Answer.Camel(new CheckoutUrlAnswer(true, delivery.CheckoutUrl(wish)));
    }
}
