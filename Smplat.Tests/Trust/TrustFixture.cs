using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Trust;
using Smplat.Tests.Support;

namespace Smplat.Tests.Trust;

/// <summary>The app with a fixed clock, and helpers for trust tests.</summary>
internal sealed class TrustFixture : IAsyncDisposable
{
    private TrustFixture(SmplatApp app, FixedClock clock, string connectionString)
    {
        (App, Clock) = (app, clock);
        Database = Npgsql.NpgsqlDataSource.Create(connectionString);
        Rows = new(Database);
    }

    public SmplatApp App { get; }

    public FixedClock Clock { get; }

    public Npgsql.NpgsqlDataSource Database { get; }

    public TrustRows Rows { get; }

    /// <param name="settings">With SMPLAT_DATABASE, the app uses that database instead of its own.</param>
    public static async Task<TrustFixture> StartAsync(Dictionary<string, string>? settings = null, FixedClock? clock = null)
    {
        clock ??= new FixedClock();
        var all = new Dictionary<string, string> { ["TRUST_CACHE_JITTER_PERCENT"] = "0" };
        foreach (var (name, value) in settings ?? [])
        {
            all[name] = value;
        }

        var app = await SmplatApp.StartAsync(all, builder => builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock)));
        return new(app, clock, app.OwnDatabase?.ConnectionString ?? all["SMPLAT_DATABASE"]);
    }

    public async Task<JsonElement[]> ResolveAsync(params string[] metricIds)
    {
        var answer = await App.Client.PostAsJsonAsync("/api/v1/trust/experiences", new
        {
            slug = "checkout",
            metrics = metricIds.Select(id => new { metric_id = id }),
        });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That((int)answer.StatusCode, Is.EqualTo(200), body.GetRawText());
        return [.. body.GetProperty("metrics").EnumerateArray()];
    }

    public async Task<string[]> PurgeAsync(string? metricId)
    {
        var answer = await App.Client.PostAsJsonAsync("/api/v1/trust/metrics/purge", new { metric_id = metricId });
        Assert.That((int)answer.StatusCode, Is.EqualTo(200));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return [.. body.GetProperty("purged_metric_ids").EnumerateArray().Select(id => id.GetString()!)];
    }

    /// <summary>A durable counter of the cache, flushed and read from the database.</summary>
    public async Task<double> CountAsync(string metricId, string layer)
    {
        var values = await App.Services.GetRequiredService<DurableCounters>().ReadAsync(TrustCounters.Events, CancellationToken.None);
        return values.Where(value => value.Label("metric_id") == metricId && value.Label("layer") == layer).Sum(value => value.Value);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await App.DisposeAsync();
    }
}
