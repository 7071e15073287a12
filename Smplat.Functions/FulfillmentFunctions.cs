using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The fulfillment worker: its health and metrics, and running it now.</summary>
public sealed class FulfillmentFunctions(FulfillmentFigures figures, JobRunner runner)
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
    [Answers(200, typeof(WorkerFigures), Naming.Snake)]
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
    [Operation("Run the worker once, now, whatever its switch says", Tag = "Fulfillment")]
    [Answers(200, typeof(DrainAnswer), Naming.Snake)]
    [Answers(409, "A run is under way")]
    public async Task<IResult> DrainFulfillmentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/drain")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await runner.RunNowAsync(FulfillmentJob.Id, "operator", evenIfDisabled: true, cancellationToken) switch
        {
            JobOutcome.Completed completed => Answer.Snake(new DrainAnswer(completed.RunId, true, null, completed.Report.Summary)),
            JobOutcome.Failed failed => Answer.Snake(new DrainAnswer(failed.RunId, false, failed.Error, null)),
            _ => Answer.From(new WorkerBusy()),
        };
}

/// <summary>What a manual run did.</summary>
public sealed record DrainAnswer(Guid RunId, bool Succeeded, string? Error, IReadOnlyDictionary<string, object?>? Summary);
