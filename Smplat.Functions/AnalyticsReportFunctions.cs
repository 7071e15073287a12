using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The reports on presets and pricing experiments.</summary>
public sealed class AnalyticsReportFunctions(PresetQueries presets, PricingExperimentQueries experiments)
{
    [Function("GetPresetEvents")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Preset figures over a window: totals, days, presets, sources and alerts", Tag = "Analytics")]
    [Query(typeof(AnalyticsReportFunctions), nameof(ReadWindow))]
    [QueryParameter("window_days", "1 to 90, default 30")]
    [Answers(200, typeof(PresetSummary), Naming.Camel)]
    public async Task<IResult> GetPresetEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/analytics/preset-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Camel(await presets.ReadAsync(request.ReadQuery(ReadWindow), cancellationToken));

    [Function("ListExperimentEvents")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("Variants of pricing experiments that clients were shown, newest first", Tag = "Analytics")]
    [Query(typeof(ListExperimentEvents))]
    [QueryParameter("limit", "1 to 1000, default 250")]
    [QueryParameter("cursor", "nextCursor of the previous page, or a time: only rows strictly before it")]
    [Answers(200, typeof(ExperimentPage), Naming.Camel)]
    public async Task<IResult> ListExperimentEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/reporting/onboarding/experiment-events")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var wanted = request.ReadQuery(ListExperimentEvents.Read);
        return Answer.Camel(await experiments.ListAsync(wanted.Before, wanted.Limit, cancellationToken));
    }

    [Function("ListExperimentConversions")]
    [RequireKey(KeyScope.Storefront)]
    [Operation("The results of each pricing experiment, largest total first", Tag = "Analytics")]
    [Query(typeof(AnalyticsReportFunctions), nameof(ReadConversionsQuery))]
    [QueryParameter("limit", "1 to 100, default 25")]
    [QueryParameter("cursor", "nextCursor of the previous page")]
    [Answers(200, typeof(ConversionPage), Naming.Camel)]
    public async Task<IResult> ListExperimentConversionsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/reporting/onboarding/experiment-conversions")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var (cursor, limit) = request.ReadQuery(ReadConversionsQuery);
        return Answer.Camel(await experiments.ListConversionsAsync(cursor, limit, cancellationToken));
    }

    private static int ReadWindow(Fields fields) => fields.Integer("window_days", 1, 90) ?? 30;

    private static (string? Cursor, int Limit) ReadConversionsQuery(Fields fields) =>
        (fields.Text("cursor", max: 255), fields.Integer("limit", 1, 100) ?? 25);
}
