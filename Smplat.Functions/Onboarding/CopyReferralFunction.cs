using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Storefront)]
public sealed class CopyReferralFunction(JourneyOperations desk)
{
    [Function("CopyReferral")]
    [Operation("Remember that the client copied a referral code", Tag = "Onboarding")]
    [JsonBody(typeof(CopyReferralBody), Example = """{"referral_code":"FRIEND10"}""")]
    [Answers(202, typeof(StatusAnswer), Naming.Snake)]
    [Answers(404, "No such order")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding/referral")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await desk.CopyReferralAsync(
            RouteInput.Guid(orderId, "order_id"),
            (await request.ReadAsync(CopyReferralBody.Read, cancellationToken)).ReferralCode,
            cancellationToken))
            .Answered(_ => Answer.Snake(new StatusAnswer("accepted"), StatusCodes.Status202Accepted));
}
