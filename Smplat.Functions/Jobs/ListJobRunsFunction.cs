using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Jobs;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Jobs;

[RequireKey(KeyScope.Operator)]
public sealed class ListJobRunsFunction(JobQueries ledger)
{
    [Function("ListJobRuns")]
    [Operation("Runs of the ledger, newest first", Tag = "Operators")]
    [Query(typeof(ListJobRunsQuery))]
    [QueryParameter("job_id", "Only the runs of this job")]
    [QueryParameter("limit", "1 to 200, default 50")]
    [Answers(200, typeof(JobRunsAnswer), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/job-runs")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(ListJobRunsQuery.Read);
        var rows = await ledger.ListRunsAsync(query.JobId, query.Limit, cancellationToken);
        return Answer.Snake(new JobRunsAnswer([.. rows.Select(JobRunAnswer.From)]));
    }
}
