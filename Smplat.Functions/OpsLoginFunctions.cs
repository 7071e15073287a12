using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Functions.Ops;

namespace Smplat.Functions;

/// <summary>Signing in to the operator pages and out again, and the files that the pages load.</summary>
public sealed class OpsLoginFunctions(OpsLogin login)
{
    [Function("ShowOpsLogin")]
    [OpenToAll("The login page is needed before signing in.")]
    [RateLimit(RateCategory.System)]
    [Operation("The login form of the operators' page", Tag = "Operators' page")]
    [QueryParameter("next", "The page to open after signing in")]
    [Answers(200, "The form", ContentType = "text/html")]
    public Task<IResult> ShowOpsLoginAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/login")] HttpRequest request,
        CancellationToken cancellationToken) => Task.FromResult(login.Show(request));

    [Function("LogInToOps")]
    [OpenToAll("The operator key is in the form, and too many wrong keys lock the address out.")]
    [RateLimit(RateCategory.Heavy)]
    [Operation("Exchange an operator key for a session of the operators' page", Tag = "Operators' page")]
    [Answers(303, "Signed in")]
    [Answers(403, "The key is wrong, or the form did not come from the login page", ContentType = "text/html")]
    [Answers(429, "Too many wrong keys", ContentType = "text/html")]
    public Task<IResult> LogInToOpsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/login")] HttpRequest request,
        CancellationToken cancellationToken) => login.LogInAsync(request, cancellationToken);

    [Function("LogOutOfOps")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("End a session of the operators' page", Tag = "Operators' page")]
    [Answers(303, "Signed out")]
    public Task<IResult> LogOutOfOpsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/logout")] HttpRequest request,
        CancellationToken cancellationToken) => login.LogOutAsync(request, cancellationToken);

    [Function("GetOpsAsset")]
    [OpenToAll("The login page needs its style as well, and none of these files contains a secret.")]
    [RateLimit(RateCategory.System)]
    [Operation("A style, script or icon of the operators' page", Tag = "Operators' page")]
    [Answers(200, "The file", ContentType = "text/css")]
    [Answers(304, "Not modified")]
    [Answers(404, "There is no such file")]
    public Task<IResult> GetOpsAssetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/assets/{file}")] HttpRequest request,
        string file,
        CancellationToken cancellationToken) =>
        Task.FromResult(OpsAssets.Find(file) is { } asset ? asset.Answer(request) : Answer.Empty(StatusCodes.Status404NotFound));
}
