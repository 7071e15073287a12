using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Storefront)]
public sealed class AddOnboardingArtifactFunction(ArtifactOperations desk)
{
    [Function("AddOnboardingArtifact")]
    [Operation("Add something that the client is to hand over, or hands over now", Tag = "Onboarding")]
    [JsonBody(typeof(AddArtifact), Example = """{"label":"Logo","url":"https://files.example/logo.svg"}""")]
    [Answers(201, typeof(ArtifactAnswer), Naming.Snake)]
    [Answers(404, "No such order or task")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/orders/{orderId}/onboarding/artifacts")] HttpRequest request,
        string orderId,
        CancellationToken cancellationToken) =>
        (await desk.AddAsync(
            RouteInput.Guid(orderId, "order_id"), await request.ReadAsync(AddArtifact.Read, cancellationToken), cancellationToken))
            .Answered(artifact => Answer.Snake(ArtifactAnswer.From(artifact), StatusCodes.Status201Created));
}
