using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Jobs;

[RequireKey(KeyScope.Operator)]
public sealed class RestartJobFunction(JobRunner runner)
{
    [Function("RestartJob")]
    [Operation("Take a job from whoever holds it, clear its error and run it", Tag = "Operators")]
    [JsonBody(typeof(RunJobCommand), Example = """{"triggered_by":"on-call"}""")]
    [Answers(200, typeof(JobOutcomeAnswer), Naming.Snake)]
    [Answers(404, "There is no such job")]
    [Answers(409, "Switched off")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/jobs/{jobId}/restart")] HttpRequest request,
        string jobId,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RunJobCommand.Read, cancellationToken);
        return JobOutcomeAnswer.Of(await runner.RestartAsync(jobId, command.TriggeredBy, cancellationToken));
    }
}
