using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Analytics;

[RequireKey(KeyScope.Storefront)]
public sealed class GetPresetEventsFunction(PresetQueries report)
{
    [Function("GetPresetEvents")]
    [Operation("What presets did over a window: totals, days, presets, sources and alerts", Tag = "Analytics")]
    [Query(typeof(GetPresetEventsFunction), nameof(ReadQuery))]
    [QueryParameter("window_days", "1 to 90, default 30")]
    [Answers(200, typeof(PresetSummary), Naming.Camel)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/analytics/preset-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Camel(await report.ReadAsync(request.ReadQuery(ReadQuery), cancellationToken));

    private static int ReadQuery(Fields fields) => fields.Integer("window_days", 1, 90) ?? 30;
}
