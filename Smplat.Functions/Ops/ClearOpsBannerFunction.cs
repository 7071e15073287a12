using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Ops;

[OpenToAll("The session cookie and the token of its forms are asked for inside.")]
public sealed class ClearOpsBannerFunction(OpsDoor door, BannerActions actions)
{
    [Function("ClearOpsBanner")]
    [Operation("Take down the incident banner from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "A form that is not of this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/banner/clear")] HttpRequest request,
        CancellationToken cancellationToken) => door.ActAsync(
            request, BannerActions.Path, (_, form, token) => actions.ClearAsync(form, token), cancellationToken);
}
