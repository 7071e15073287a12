using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Functions.Ops;

namespace Smplat.Functions;

/// <summary>The operator pages of the jobs, with their actions.</summary>
public sealed class OpsJobFunctions(OpsAuthorization authorization, JobsPage page, JobActions actions)
{
    [Function("ShowOpsJobs")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("All jobs and their runs", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsJobsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/jobs")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, page.ShowAllAsync, cancellationToken);

    [Function("ShowOpsJob")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("One job with its history", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(404, "Not found", ContentType = "text/html")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsJobAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/jobs/{jobId}")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken) => authorization.ShowAsync(
            request, (ops, token) => page.ShowOneAsync(ops, jobId, token), cancellationToken);

    [Function("RunOpsJob")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Run a job from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(404, "Not found", ContentType = "text/html")]
    [Answers(409, "Refused in its current state", ContentType = "text/html")]
    public Task<IResult> RunOpsJobAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/jobs/{jobId}/run")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, JobsPage.PathOf(jobId), (ops, form, token) => actions.RunAsync(jobId, ops, form, token), cancellationToken);

    [Function("RestartOpsJob")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Restart a job from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(404, "Not found", ContentType = "text/html")]
    [Answers(409, "Refused in its current state", ContentType = "text/html")]
    public Task<IResult> RestartOpsJobAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/jobs/{jobId}/restart")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, JobsPage.PathOf(jobId), (ops, _, token) => actions.RestartAsync(jobId, ops, token), cancellationToken);
}
