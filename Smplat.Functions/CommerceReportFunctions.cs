using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>What operators read about providers, their ranking, calls to vendors and the routing log.</summary>
public sealed class CommerceReportFunctions(
    ExperimentReview experiments, VendorAudit audit, ProviderHealthCheck health, ProviderRegistry registry, RoutingLogQueries log)
{
    [Function("ListProviders")]
    [RequireKey(KeyScope.Operator)]
    [Operation("The grocery providers with their switches, health and circuit, as the answering instance sees them", Tag = "Commerce")]
    [Answers(200, typeof(ProvidersAnswer), Naming.Snake)]
    public async Task<IResult> ListProvidersAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/providers")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(ProvidersAnswer.From(await health.CheckAsync(cancellationToken), registry.All));

    [Function("ListRoutingLog")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Lines of the routing log, newest first", Tag = "Commerce")]
    [Query(typeof(ListRoutingLog))]
    [QueryParameter("since", "Only lines from this time on; defaults to the last 24 hours")]
    [QueryParameter("provider", "Only lines about this provider")]
    [QueryParameter("event", "Only this event, such as provider_quote_error")]
    [QueryParameter("request_id", "Only lines of this request")]
    [QueryParameter("limit", "1 to 1000, default 100")]
    [Answers(200, typeof(RoutingLogAnswer), Naming.Snake)]
    public async Task<IResult> ListRoutingLogAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/commerce/log")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(new RoutingLogAnswer(await log.ListAsync(request.ReadQuery(ListRoutingLog.Read), cancellationToken)));

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

/// <param name="Status"><c>healthy</c>, <c>degraded</c> or <c>unhealthy</c>, over the enabled providers.</param>
public sealed record ProvidersAnswer(string Status, IReadOnlyList<ProviderAnswer> Providers)
{
    internal static ProvidersAnswer From(HealthAnswer health, IReadOnlyList<ProviderConfig> configs) => new(
        health.Status, [.. configs.Select(config => ProviderAnswer.From(config, health.Providers[config.Id.ToWire()]))]);
}

/// <summary>A provider as operators see it.</summary>
/// <param name="Mode"><c>mock</c> or <c>real</c>.</param>
/// <param name="Circuit"><c>closed</c>, <c>open</c> or <c>half-open</c>.</param>
/// <param name="LatencyMs">Of the last probe; null while the provider is disabled, since it is not called then.</param>
/// <param name="Error">Why it is not healthy.</param>
public sealed record ProviderAnswer(
    string Id, string Name, bool Enabled, bool Healthy, string Mode, string Circuit, int? LatencyMs, string? Error)
{
    internal static ProviderAnswer From(ProviderConfig config, ProviderHealthAnswer found) => new(
        config.Id.ToWire(), config.Name, found.Enabled, found.Healthy, found.Mode, found.Circuit, found.Enabled ? found.LatencyMs : null, found.Error);
}

public sealed record RoutingLogAnswer(IReadOnlyList<EdgeLogLine> Lines);
