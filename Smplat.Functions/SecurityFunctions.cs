using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Access;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The record of refused requests and of changes by operators.</summary>
public sealed class SecurityFunctions(AccessEventQueries events)
{
    [Function("ReportAccessEvent")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Report what the storefront decided about one of its own pages", Tag = "Access", Description =
        "The app records its own decisions itself. A report is marked as one and names the key of the reporter.")]
    [JsonBody(typeof(ReportAccess), Example =
        """{"route":"/admin/security","method":"GET","required_tier":"admin","decision":"denied","reason":"role","subject_email":"ada@example.com"}""")]
    [Answers(201, typeof(AccessEvent), Naming.Snake)]
    public async Task<IResult> ReportAccessEventAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/security/access-events")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var report = await request.ReadAsync(ReportAccess.Read, cancellationToken);
        var reporter = request.HttpContext.Caller().Key?.Name;
        return Answer.Snake(
            await events.ReportAsync(report, reporter, ErrorBody.TraceId(), cancellationToken), StatusCodes.Status201Created);
    }

    [Function("ListAccessEvents")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Refused requests and operators' changes, newest first", Tag = "Access")]
    [Query(typeof(ListAccess))]
    [QueryParameter("limit", "1 to 200, default 50")]
    [QueryParameter("decisions", "Only these decisions; can be repeated")]
    [QueryParameter("since", "Only events since then")]
    [Answers(200, typeof(AccessEvent[]), Naming.Snake)]
    public async Task<IResult> ListAccessEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/security/access-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await events.ListAsync(request.ReadQuery(ListAccess.Read), cancellationToken));

    [Function("MeasureAccessEvents")]
    [RequireKey(KeyScope.Operator)]
    [Operation("How many decisions of each kind there were in a window", Tag = "Access")]
    [Query(typeof(MeasureAccess))]
    [QueryParameter("window_hours", "1 to 168, default 24")]
    [Answers(200, typeof(AccessFigures), Naming.Snake)]
    public async Task<IResult> MeasureAccessEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/security/access-events/metrics")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await events.MeasureAsync(request.ReadQuery(MeasureAccess.Read), cancellationToken));
}
