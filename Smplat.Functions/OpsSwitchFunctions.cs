using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Functions.Ops;

namespace Smplat.Functions;

/// <summary>The operator page of switches and the incident banner, with its actions.</summary>
public sealed class OpsSwitchFunctions(OpsAuthorization authorization, SwitchesPage page, BannerActions actions)
{
    [Function("ShowOpsSwitches")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("All feature switches as this instance reads them", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsSwitchesAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/flags")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, page.ShowAsync, cancellationToken);

    [Function("SetOpsBanner")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Put up the incident banner from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> SetOpsBannerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/banner")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, BannerActions.Path, (ops, form, token) => actions.SetAsync(ops, form, token), cancellationToken);

    [Function("ClearOpsBanner")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Take down the incident banner from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> ClearOpsBannerAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/banner/clear")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, BannerActions.Path, (_, form, token) => actions.ClearAsync(form, token), cancellationToken);
}
