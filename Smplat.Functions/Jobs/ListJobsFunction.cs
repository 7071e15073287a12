using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Jobs;

[RequireKey(KeyScope.Operator)]
public sealed class ListJobsFunction(JobRegistry catalog, JobGate gate, JobQueries ledger)
{
    [Function("ListJobs")]
    [Operation("All jobs with their standing figures", Tag = "Operators")]
    [Answers(200, typeof(JobsAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/jobs")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var states = (await ledger.ListStatesAsync(cancellationToken)).ToDictionary(state => state.JobId);
        return Answer.Snake(new JobsAnswer(
        [
            .. catalog.All
                .OrderBy(job => job.Definition.Id, StringComparer.Ordinal)
                .Select(job => JobAnswer.From(job, gate.IsOpenFor(job), states.GetValueOrDefault(job.Definition.Id))),
        ]));
    }
}
