using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>What operators read about provider ranking and calls to vendors.</summary>
public sealed class CommerceReportFunctions(ExperimentReview experiments, VendorAudit audit)
{
    [Function("GetExperiment")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Report on a weight experiment, with its verdict", Tag = "Commerce")]
    [Query(typeof(CommerceReportFunctions), nameof(ReadExperimentQuery))]
    [QueryParameter("name", "Name of the experiment; defaults to the configured one")]
    [QueryParameter("since", "Only decisions since this time; defaults to the last seven days")]
    [Answers(200, typeof(ExperimentReport), Naming.Snake)]
    [Answers(404, "No experiment is named, and none is configured")]
    public async Task<IResult> GetExperimentAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/experiment")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (name, since) = request.ReadQuery(ReadExperimentQuery);
        return await experiments.ReadAsync(name, since, cancellationToken) is { } report
            ? Answer.Snake(report)
            : Answer.Detail(StatusCodes.Status404NotFound, "No experiment is set.");
    }

    [Function("GetVendorCalls")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Audit all calls to the grocery vendors: counts, statuses, latency, credential failures and quotas", Tag = "Commerce")]
    [Query(typeof(CommerceReportFunctions), nameof(ReadVendorCallsQuery))]
    [QueryParameter("since", "Start, rounded down to the hour; defaults to the last 24 hours")]
    [Answers(200, typeof(VendorAuditReport), Naming.Snake)]
    public async Task<IResult> GetVendorCallsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/vendor-calls")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await audit.ReadAsync(request.ReadQuery(ReadVendorCallsQuery), cancellationToken));

    private static (string? Name, DateTimeOffset? Since) ReadExperimentQuery(Fields fields) => (fields.Text("name", 1, 40), fields.Instant("since"));

    private static DateTimeOffset? ReadVendorCallsQuery(Fields fields) => fields.Instant("since");
}
