using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Commerce.Vendors;

[RequireKey(KeyScope.Operator)]
public sealed class GetVendorCallsFunction(VendorAudit audit)
{
    [Function("GetVendorCalls")]
    [Operation("Audit all calls to the grocery vendors: counts, statuses, latency, credential failures and quotas", Tag = "Commerce")]
    [Query(typeof(GetVendorCallsFunction), nameof(ReadQuery))]
    [QueryParameter("since", "From this moment on, rounded down to the hour; the last 24 hours when absent.")]
    [Answers(200, typeof(VendorAuditReport), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/vendor-calls")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await audit.ReadAsync(request.ReadQuery(ReadQuery), cancellationToken));

    private static DateTimeOffset? ReadQuery(Fields fields) => fields.Instant("since");
}
