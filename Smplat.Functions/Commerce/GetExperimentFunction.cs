using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Experiments;
using Smplat.Functions.Http.Access;
using Smplat.Functions.Http.Answers;
using Smplat.Functions.Http.Bodies;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce;

[RequireKey(KeyScope.Operator)]
public sealed class GetExperimentFunction(ExperimentReview review)
{
    [Function("GetExperiment")]
    [Operation("Tell how a trial of other weights goes, with its verdict", Tag = "Commerce",
        Description = "404 when no experiment is named and none is set.")]
    [QueryParameter("name", typeof(string), "Experiment; the one in the settings when absent.")]
    [QueryParameter("since", typeof(DateTimeOffset), "Decisions from this moment on; the last seven days when absent.")]
    [Answers(200, typeof(ExperimentReport), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/experiment")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (name, since) = request.ReadQuery(fields => (fields.Text("name", 1, 40), fields.Instant("since")));
        return await review.ReadAsync(name, since, cancellationToken) is { } report
            ? Answer.Snake(report)
            : Answer.Detail(StatusCodes.Status404NotFound, "No experiment is set.");
    }
}
