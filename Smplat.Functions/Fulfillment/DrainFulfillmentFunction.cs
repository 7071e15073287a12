using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Fulfillment;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Fulfillment;

[RequireKey(KeyScope.Operator)]
public sealed class DrainFulfillmentFunction(JobRunner runner)
{
    [Function("DrainFulfillment")]
    [Operation("Run the worker once, now, whatever its switch says", Tag = "Fulfillment")]
    [Answers(200, typeof(DrainAnswer), Naming.Snake)]
    [Answers(409, "A run is under way")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/fulfillment/drain")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await runner.RunNowAsync(FulfillmentJob.Id, "operator", evenIfDisabled: true, cancellationToken) switch
        {
            JobOutcome.Completed completed => Answer.Snake(new DrainAnswer(completed.RunId, true, null, completed.Report.Summary)),
            JobOutcome.Failed failed => Answer.Snake(new DrainAnswer(failed.RunId, false, failed.Error, null)),
            _ => Answer.From(new WorkerBusy()),
        };
}

/// <summary>What a run by hand did.</summary>
public sealed record DrainAnswer(Guid RunId, bool Succeeded, string? Error, IReadOnlyDictionary<string, object?>? Summary);
