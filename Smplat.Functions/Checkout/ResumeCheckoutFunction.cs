using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Checkout;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout;

[RequireKey(KeyScope.Storefront)]
public sealed class ResumeCheckoutFunction(CheckoutResume resume)
{
    [Function("ResumeCheckout")]
    [Operation("Follow a resume link: which checkout it is for. The visit is kept for the recovered revenue", Tag = "Checkout")]
    [JsonBody(typeof(ResumeCheckoutCommand), Example = """{"token":"MTIz.NDU2"}""")]
    [Answers(200, typeof(CheckoutOrchestration), Naming.Camel)]
    [Answers(404, "The link is not ours, has expired, or its checkout is gone")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/checkout/resume")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(ResumeCheckoutCommand.Read, cancellationToken);
        return CheckoutAnswer.Of(await resume.ResumeAsync(command.Token, cancellationToken));
    }
}
