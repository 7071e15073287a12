using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce;

[OpenToAll("Shoppers route orders without a key; commissions and configuration are shown to keyed callers only.", RefuseWrongKey = true)]
[RateLimit(RateCategory.Order)]
public sealed class RouteOrderFunction(OrderRouter router, ProviderHealthCheck health, CommerceAnswers answers)
{
    [Function("RouteOrder")]
    [Operation("Quote a basket at all providers, rank the offers and hand out a confirmation token", Tag = "Commerce",
        Description = "With {\"action\":\"health_check\"} it tells the health of the providers instead.")]
    [JsonBody(typeof(RouteOrderReader), nameof(RouteOrderReader.Shape), Example =
        """{"items":[{"id":"1","name":"Brown Rice","quantity":1,"unit":"bag"}],"shippingAddress":{"street":"123 Main St","city":"San Francisco","state":"CA","postalCode":"94102","country":"US"},"preferences":{"optimize":"balanced"}}""")]
    [Answers(200, typeof(RouteOrderAnswer), Naming.Commerce)]
    [Answers(200, typeof(HealthAnswer), Naming.Commerce)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(503, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/loopgpt_route_order")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var body = await request.ReadBytesAsync(cancellationToken);
        return RouteOrderReader.Read(body) switch
        {
            RouteReading.Order order => answers.Of(
                await router.RouteAsync(order.Request, cancellationToken), request.HttpContext.Caller().IsKeyed),
            RouteReading.HealthCheck => answers.Of(await health.CheckAsync(cancellationToken)),
            RouteReading.Refused refused => answers.Of(refused.Refusal),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
    }
}
