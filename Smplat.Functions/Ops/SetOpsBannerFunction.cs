using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie and the token of its forms are asked for inside.")]
public sealed class SetOpsBannerFunction(OpsDoor door, BannerActions actions)
{
    [Function("SetOpsBanner")]
    [Operation("Put up the incident banner from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "A form that is not of this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/banner")] HttpRequest request,
        CancellationToken cancellationToken) => door.ActAsync(
            request, BannerActions.Path, (visit, form, token) => actions.SetAsync(visit, form, token), cancellationToken);
}
