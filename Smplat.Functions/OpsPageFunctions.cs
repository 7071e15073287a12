using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Functions.Ops;

namespace Smplat.Functions;

/// <summary>The operator pages that only show: overview, commerce, requests, providers, and the search by id.</summary>
public sealed class OpsPageFunctions(
    OpsAuthorization authorization, OverviewPage overview, CommercePage commerce, RequestsPage requests, ProvidersPage providers, FindPage find)
{
    [Function("ShowOpsOverview")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("Readiness, incident banner and what needs attention", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsOverviewAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, overview.ShowAsync, cancellationToken);

    [Function("ShowOpsCommerce")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("The commerce dashboards", Tag = "Operators' page")]
    [QueryParameter("window", "1h, 24h, 7d or 30d; without it each panel has its own")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsCommerceAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/commerce")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, commerce.ShowAsync, cancellationToken);

    [Function("ShowOpsProviders")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("Health, switches, breakers and quotas of the providers", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsProvidersAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/providers")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, providers.ShowAsync, cancellationToken);

    [Function("ListOpsRequests")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("Routing requests, newest first", Tag = "Operators' page")]
    [QueryParameter("window", "1h, 24h, 7d or 30d, default 24h")]
    [QueryParameter("since", "Start of the period in UTC, instead of a window")]
    [QueryParameter("until", "End of the period in UTC")]
    [QueryParameter("provider", "Requests in which the provider was asked or chosen")]
    [QueryParameter("event", "Requests that have this event in the routing log")]
    [QueryParameter("outcome", "routed or failed")]
    [QueryParameter("request_id", "One request")]
    [QueryParameter("before", "Continue a list; from the link of its page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ListOpsRequestsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/requests")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, requests.ShowListAsync, cancellationToken);

    [Function("ShowOpsRequest")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("One routing request with its timeline", Tag = "Operators' page")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(404, "Nothing is recorded about it", ContentType = "text/html")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> ShowOpsRequestAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/requests/{requestId}")] HttpRequest request,
        string requestId,
        CancellationToken cancellationToken) =>
        authorization.ShowAsync(request, (page, token) => requests.ShowOneAsync(page, requestId, token), cancellationToken);

    [Function("FindOpsRecord")]
    [OpenToAll("The page checks the session cookie itself; without one the browser is sent to the login.")]
    [RateLimit(RateCategory.System)]
    [Operation("The order, payment, journey or request that an id belongs to", Tag = "Operators' page")]
    [QueryParameter("id", "The id in full")]
    [Answers(200, "The page", ContentType = "text/html")]
    [Answers(303, "Not signed in")]
    [Answers(503, "The page; panels that could not be read say so", ContentType = "text/html")]
    public Task<IResult> FindOpsRecordAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "ops/find")] HttpRequest request,
        CancellationToken cancellationToken) => authorization.ShowAsync(request, find.ShowAsync, cancellationToken);
}
