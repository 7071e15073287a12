using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The fulfillment worker: its health and metrics, running it now, and its dead letters.</summary>
public sealed class FulfillmentFunctions(WorkerMetrics figures, JobRunner runner, DeadLetterOperations deadLetters)
{
    [Function("GetFulfillmentHealth")]
    [RequireKey(KeyScope.Metrics)]
    [Operation("Whether the worker runs, with its settings and counters", Tag = "Fulfillment")]
    [Answers(200, typeof(WorkerHealth), Naming.Snake)]
    public async Task<IResult> GetFulfillmentHealthAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/fulfillment/health")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadHealthAsync(cancellationToken));

    [Function("GetFulfillmentMetrics")]
    [RequireKey(KeyScope.Metrics)]
    [Operation("Counters of the worker over all instances", Tag = "Fulfillment")]
    [Answers(200, typeof(WorkerStats), Naming.Snake)]
    public async Task<IResult> GetFulfillmentMetricsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/fulfillment/metrics")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadFiguresAsync(cancellationToken));

    [Function("GetFulfillmentObservability")]
    [RequireKey(KeyScope.Metrics)]
    [Operation("Totals, counts per task type and last events, for dashboards", Tag = "Fulfillment")]
    [Answers(200, typeof(WorkerObservability), Naming.Snake)]
    public async Task<IResult> GetFulfillmentObservabilityAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/fulfillment/observability")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await figures.ReadObservabilityAsync(cancellationToken));

    [Function("DrainFulfillment")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Run the worker once, now, even when it is switched off", Tag = "Fulfillment")]
    [Answers(200, typeof(DrainAnswer), Naming.Snake)]
    [Answers(409, "A run is in progress")]
    public async Task<IResult> DrainFulfillmentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/drain")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await runner.RunNowAsync(FulfillmentJob.Id, "operator", evenIfDisabled: true, cancellationToken) switch
        {
            JobOutcome.Completed completed => Answer.Snake(new DrainAnswer(completed.RunId, true, null, completed.Report.Summary)),
            JobOutcome.Failed failed => Answer.Snake(new DrainAnswer(failed.RunId, false, failed.Error, null)),
            _ => Answer.From(new WorkerBusy()),
        };

    [Function("ListDeadLetters")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Dead letters, newest first", Tag = "Fulfillment")]
    [Query(typeof(DeadLetterFilter))]
    [QueryParameter("task_type", "Only this task type")]
    [QueryParameter("order_id", "Only of this order")]
    [QueryParameter("error_contains", "Only with this text in the last error")]
    [QueryParameter("since", "Only failed at or after this time")]
    [QueryParameter("before", "Only failed before this time; use the last entry for the next page")]
    [QueryParameter("limit", "1 to 500, default 50")]
    [Answers(200, typeof(DeadLetter[]), Naming.Snake)]
    public async Task<IResult> ListDeadLettersAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/fulfillment/dead-letters")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await deadLetters.ListAsync(request.ReadQuery(DeadLetterFilter.Read), cancellationToken));

    [Function("GetDeadLetter")]
    [RequireKey(KeyScope.Operator)]
    [Operation("A dead letter with its failed attempts and operators' decisions", Tag = "Fulfillment")]
    [Answers(200, typeof(DeadLetterDetails), Naming.Snake)]
    [Answers(404, "No such dead letter")]
    public async Task<IResult> GetDeadLetterAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/fulfillment/dead-letters/{taskId}")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken) =>
        await deadLetters.FindAsync(RouteInput.Guid(taskId, "task_id"), cancellationToken) is { } file
            ? Answer.Snake(file)
            : Answer.From(new DeadLetterNotFound());

    [Function("ReplayDeadLetter")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Replay a dead letter", Tag = "Fulfillment")]
    [JsonBody(typeof(HandleDeadLetter), Example = """{"actor":"operator","reason":"provider is back"}""")]
    [Answers(200, typeof(DeadLetterAnswer), Naming.Snake)]
    [Answers(404, "No such task")]
    [Answers(409, "The task is not a dead letter, or its order is canceled")]
    public async Task<IResult> ReplayDeadLetterAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/dead-letters/{taskId}/replay")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(taskId, "task_id");
        var command = await request.ReadAsync(HandleDeadLetter.Read, cancellationToken);
        return DeadLetterAnswer.From(await deadLetters.ReplayAsync(id, command, cancellationToken));
    }

    [Function("DiscardDeadLetter")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Mark a dead letter as discarded", Tag = "Fulfillment")]
    [JsonBody(typeof(HandleDeadLetter), Example = """{"actor":"operator","reason":"provider is back"}""")]
    [Answers(200, typeof(DeadLetterAnswer), Naming.Snake)]
    [Answers(404, "No such task")]
    [Answers(409, "The task is not a dead letter, or its order is canceled")]
    public async Task<IResult> DiscardDeadLetterAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/dead-letters/{taskId}/discard")] HttpRequest request,
        string taskId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(taskId, "task_id");
        var command = await request.ReadAsync(HandleDeadLetter.Read, cancellationToken);
        return DeadLetterAnswer.From(await deadLetters.DiscardAsync(id, command, cancellationToken));
    }

    [Function("RedriveDeadLetters")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Replay the oldest matching dead letters", Tag = "Fulfillment")]
    [JsonBody(typeof(RedriveDeadLetters), Example = """{"task_type":"follower_growth","limit":100,"actor":"operator","reason":"provider is back"}""")]
    [Answers(200, typeof(RedriveReport), Naming.Snake)]
    public async Task<IResult> RedriveDeadLettersAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/redrive")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await deadLetters.RedriveAsync(await request.ReadAsync(RedriveDeadLetters.Read, cancellationToken), cancellationToken));
}

/// <summary>What a manual run did.</summary>
public sealed record DrainAnswer(Guid RunId, bool Succeeded, string? Error, IReadOnlyDictionary<string, object?>? Summary);

/// <summary>A dead letter after an operator's decision.</summary>
/// <param name="Held">The task is on hold until its order continues.</param>
public sealed record DeadLetterAnswer(Guid TaskId, string Status, string OrderStatus, bool Held)
{
    internal static IResult From(DeadLetterOutcome outcome) => outcome switch
    {
        DeadLetterOutcome.Done done => Answer.Snake(new DeadLetterAnswer(done.TaskId, done.Status, done.OrderStatus, done.Held)),
        DeadLetterOutcome.Refused refused => Answer.From(refused.Refusal),
        var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
    };
}
