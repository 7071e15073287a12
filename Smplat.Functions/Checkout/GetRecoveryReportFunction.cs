using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Checkout;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout;

[RequireKey(KeyScope.Operator)]
public sealed class GetRecoveryReportFunction(CheckoutRecoveryQueries figures)
{
    [Function("GetRecoveryReport")]
    [Operation("What winning checkouts back has brought; only orders whose resume link was followed count", Tag = "Operators")]
    [Query(typeof(RecoveryReportQuery))]
    [QueryParameter("days", "How far back, 1 to 365, default 30")]
    [Answers(200, typeof(CheckoutRecoveryReport), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/recovery/checkout/report")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var query = request.ReadQuery(RecoveryReportQuery.Read);
        return Answer.Snake(await figures.ReportAsync(query.Days, cancellationToken));
    }
}
