using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Functions.Ops;

namespace Smplat.Functions;

/// <summary>The operator pages of the fulfillment queue, with their actions.</summary>
public sealed class OpsQueueFunctions(OpsAuthorization authorization, QueuePage queue, DeadLetterPage deadLetter, QueueActions actions)
{
    [Function("ShowOpsQueue")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("Fulfillment queue and dead letters", Tag = "Operators' page")]
    [QueryParameter("type", "Only dead letters of this task type")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsQueueAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/queue")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, queue.ShowAsync, cancellationToken);

    [Function("ShowOpsDeadLetter")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("A dead letter with its history", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(404, "Not found", ContentType = "text/html")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsDeadLetterAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/queue/{taskId}")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken) => authorization.ShowAsync(
            request, (ops, token) => deadLetter.ShowAsync(ops, taskId, token), cancellationToken);

    [Function("ReplayOpsDeadLetter")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Replay a dead letter from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(404, "Not found", ContentType = "text/html")]
    [Answers(409, "Refused in its current state", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> ReplayOpsDeadLetterAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/queue/{taskId}/replay")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, QueuePage.Path, (_, form, token) => actions.ReplayAsync(taskId, form, token), cancellationToken);

    [Function("DiscardOpsDeadLetter")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Mark a dead letter as discarded from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(404, "Not found", ContentType = "text/html")]
    [Answers(409, "Refused in its current state", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> DiscardOpsDeadLetterAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/queue/{taskId}/discard")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, QueuePage.Path, (_, form, token) => actions.DiscardAsync(taskId, form, token), cancellationToken);

    [Function("RedriveOpsQueue")]
    [OpenToAll("The action checks the session cookie and the form token itself.")]
    [RateLimit(RateCategory.System)]
    [Operation("Replay the oldest dead letters from the page", Tag = "Operators' page")]
    [Answers(303, "Done, or not signed in")]
    [Answers(403, "The form does not belong to this session", ContentType = "text/html")]
    [Answers(422, "Something is missing or wrong", ContentType = "text/html")]
    public Task<IResult> RedriveOpsQueueAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "ops/queue/redrive")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ActAsync(
            request, QueuePage.Path, (_, form, token) => actions.RedriveAsync(form, token), cancellationToken);
}
