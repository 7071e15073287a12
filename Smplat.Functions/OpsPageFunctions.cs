using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;
using Smplat.Functions.Ops;

namespace Smplat.Functions;

/// <summary>The operator pages that only show: overview, commerce, providers.</summary>
public sealed class OpsPageFunctions(OpsAuthorization authorization, OverviewPage overview, CommercePage commerce, ProvidersPage providers)
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
    [QueryParameter("window", "24h, 7d or 30d for provider performance, default 24h")]
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
}
