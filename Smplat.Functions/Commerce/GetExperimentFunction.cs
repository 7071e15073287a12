using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce;

[RequireKey(KeyScope.Operator)]
public sealed class GetExperimentFunction(ExperimentReview review)
{
    [Function("GetExperiment")]
    [Operation("Tell how a trial of other weights goes, with its verdict", Tag = "Commerce")]
    [Query(typeof(GetExperimentFunction), nameof(ReadQuery))]
    [QueryParameter("name", "Experiment; the one in the settings when absent.")]
    [QueryParameter("since", "Decisions from this moment on; the last seven days when absent.")]
    [Answers(200, typeof(ExperimentReport), Naming.Snake)]
    [Answers(404, "No experiment is named and none is set")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/experiment")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (name, since) = request.ReadQuery(ReadQuery);
        return await review.ReadAsync(name, since, cancellationToken) is { } report
            ? Answer.Snake(report)
            : Answer.Detail(StatusCodes.Status404NotFound, "No experiment is set.");
    }

    private static (string? Name, DateTimeOffset? Since) ReadQuery(Fields fields) => (fields.Text("name", 1, 40), fields.Instant("since"));
}
