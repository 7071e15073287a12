using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Storefront)]
public sealed class ReceiveOnboardingArtifactFunction(ArtifactOperations desk)
{
    [Function("ReceiveOnboardingArtifact")]
    [Operation("Take in an artifact; repeating it changes nothing", Tag = "Onboarding")]
    [JsonBody(typeof(ReceiveArtifactBody), Example = """{"url":"https://files.example/logo.svg"}""")]
    [Answers(200, typeof(ArtifactAnswer), Naming.Snake)]
    [Answers(404, "No such journey or artifact")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/orders/{orderId}/onboarding/artifacts/{artifactId}")] HttpRequest request,
        string orderId,
        string artifactId,
        CancellationToken cancellationToken) =>
        (await desk.ReceiveAsync(
            RouteInput.Guid(orderId, "order_id"),
            RouteInput.Guid(artifactId, "artifact_id"),
            (await request.ReadAsync(ReceiveArtifactBody.Read, cancellationToken)).Url,
            cancellationToken))
            .Answered(artifact => Answer.Snake(ArtifactAnswer.From(artifact)));
}
