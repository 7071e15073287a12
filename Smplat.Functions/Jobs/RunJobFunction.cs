using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Jobs;

[RequireKey(KeyScope.Operator)]
public sealed class RunJobFunction(JobRunner runner)
{
    [Function("RunJob")]
    [Operation("Run a job at once", Tag = "Operators")]
    [JsonBody(typeof(RunJobCommand), Example = """{"triggered_by":"manual"}""")]
    [Answers(200, typeof(JobOutcomeAnswer), Naming.Snake)]
    [Answers(404, "There is no such job")]
    [Answers(409, "Switched off, or a run is under way")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/jobs/{jobId}/run")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RunJobCommand.Read, cancellationToken);
        return JobOutcomeAnswer.Of(
            await runner.RunNowAsync(jobId, command.TriggeredBy, command.EvenIfDisabled, cancellationToken));
    }
}
