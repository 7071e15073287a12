using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Smplat.Tests.Fulfillment;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>The running app as an operator on call meets it: keyed, watched by Prometheus, and breakable.</summary>
internal sealed class DrillFixture : IAsyncDisposable
{
    public const string Key = "key-of-the-drill";

    private DrillFixture(SmplatApp app, FakeLogCollector log)
    {
        (App, Log) = (app, log);
        Client.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        Alerts = new(Client);
        Given = new(app.OwnDatabase!.DataSource, TimeProvider.System);
    }

    public SmplatApp App { get; }

    public FakeLogCollector Log { get; }

    public HttpClient Client => App.Client;

    public AlertTimeline Alerts { get; }

    public FulfillmentRows Given { get; }

    public static async Task<DrillFixture> StartAsync(params IEnumerable<KeyValuePair<string, string>>[] settings)
    {
        var log = new FakeLogCollector();
        return new(
            await SmplatApp.StartAsync(
                new Dictionary<string, string>(settings.SelectMany(part => part)) { ["CHECKOUT_API_KEY"] = Key },
                builder => builder.Logging.AddProvider(new FakeLoggerProvider(log))),
            log);
    }

    /// <returns>How the run ended, as the operators' route tells it.</returns>
    public async Task<string> RunJobAsync(string jobId)
    {
        var answer = await Client.PostAsJsonAsync($"/api/v1/operators/jobs/{jobId}/run", new { triggered_by = "drill" });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString()!;
    }

    /// <summary>A table is gone from under the app.</summary>
    public Task TakeAwayAsync(string table) => Given.ExecuteAsync($"alter table {table} rename to {table}_away");

    public Task BringBackAsync(string table) => Given.ExecuteAsync($"alter table {table}_away rename to {table}");

    /// <summary>Readiness and figures of jobs are kept for a few seconds: waits until the feed shows what was brought about.</summary>
    public Task ShowsAsync(string sample) => Eventually.BecomesTrueAsync(
        async () => (await Client.GetStringAsync("/api/v1/observability/prometheus")).Contains('\n' + sample + '\n', StringComparison.Ordinal),
        sample);

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
