using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Observability;

/// <summary>What is sent to Azure Monitor, read from the wire at an ingestion endpoint of the test.</summary>
[NonParallelizable]
public sealed class AzureMonitorTests
{
    private const string StatisticsOfTheSdk = "APPLICATIONINSIGHTS_STATSBEAT_DISABLED";

    /// <summary>The exporter's own statistics go to Microsoft, whatever the connection string says.</summary>
    [OneTimeSetUp]
    public void NoStatistics() => Environment.SetEnvironmentVariable(StatisticsOfTheSdk, "true");

    [OneTimeTearDown]
    public void StatisticsAgain() => Environment.SetEnvironmentVariable(StatisticsOfTheSdk, null);

    [Test]
    public async Task Requests_dependencies_metrics_and_log_lines_arrive_exactly_once()
    {
        var job = new SampleJob((_, _) => throw new InvalidOperationException("password=hunter2 of jo@example.com"));
        var lines = new ConcurrentQueue<string>();
        await using var ingestion = await Ingestion.StartAsync();
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await using (var app = await SmplatApp.StartAsync(
            ingestion.Settings(("SMPLAT_LOG_FORMAT", "json")), builder => builder.Services.AddSingleton<IJob>(job), lines.Enqueue))
        {
            // More than the exporter's own sampler would allow.
            for (var i = 0; i < 25; i++)
            {
                (await app.Client.GetAsync("/api/v1/healthz?token=hidden")).EnsureSuccessStatusCode();
            }

            using var request = new HttpRequestMessage(HttpMethod.Post, "/functions/v1/loopgpt_route_order")
            {
                Content = new StringContent(Baskets.Three(), Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-00");
            (await app.Client.SendAsync(request)).EnsureSuccessStatusCode();
            await app.Client.PostAsJsonAsync($"/api/v1/operators/jobs/{job.Definition.Id}/run", new { triggered_by = "test" });
        }

        Assert.That(ingestion.Of("RequestData").Count(item => Data(item).GetProperty("name").GetString() == "GET /api/v1/healthz"), Is.EqualTo(25));
        var ours = ingestion.Items.Where(item => Tag(item, "ai.operation.id") == trace).ToArray();
        var order = ours.Single(item => Kind(item) == "RequestData");
        Assert.That(Data(order).GetProperty("responseCode").GetString(), Is.EqualTo("200"));
        Assert.That(Tag(order, "ai.cloud.role"), Is.EqualTo("smplat-api"));
        Assert.That(Tag(order, "ai.operation.parentId"), Is.EqualTo("00f067aa0ba902b7"));
        Assert.That(
            ours.Where(item => Kind(item) == "RemoteDependencyData" && Data(item).TryGetProperty("type", out _))
                .Select(item => Data(item).GetProperty("type").GetString()),
            Does.Contain("postgresql"));
        Assert.That(
            ingestion.Of("MetricData").SelectMany(item => Data(item).GetProperty("metrics").EnumerateArray()).Select(metric => metric.GetProperty("name").GetString()),
            Does.Contain("http.server.request.duration"));
        Assert.That(
            ingestion.Of("MessageData").Select(item => Data(item).GetProperty("message").GetString()),
            Has.None.Contain("received-first-response"), "events of the driver would cost as much as the statements");

        // The alert on this line searches for its beginning, and counts.
        var failure = ingestion.Of("MessageData").Single(
            item => Data(item).GetProperty("message").GetString()!.StartsWith("server_action_failed", StringComparison.Ordinal));
        Assert.That(Data(failure).GetProperty("properties").GetProperty("exception.type").GetString(), Does.EndWith(nameof(InvalidOperationException)));
        var failed = ingestion.Of("RemoteDependencyData").Single(item => Data(item).GetProperty("name").GetString() == $"job {job.Definition.Id}");
        Assert.That(Data(failed).GetProperty("success").GetBoolean(), Is.False);
        Assert.That(Tag(failed, "ai.operation.id"), Is.EqualTo(Tag(failure, "ai.operation.id")));
        Assert.That(ingestion.Of("ExceptionData"), Is.Empty, "the log line contains it, redacted");
        Assert.That(ingestion.Items.Select(item => item.GetRawText()), Has.None.Contain("hunter2").And.None.Contain("jo@example.com").And.None.Contain("hidden"));
        Assert.That(
            lines.Count(line => line.Contains("server_action_failed", StringComparison.Ordinal)), Is.EqualTo(1), "and the host gets it once too");
    }

    [Test]
    public async Task The_host_is_told_to_leave_log_lines_to_the_worker()
    {
        await using var ingestion = await Ingestion.StartAsync();
        await using var app = await SmplatApp.StartAsync(ingestion.Settings());
        await using var other = await SmplatApp.StartAsync();

        const string Capability = "WorkerApplicationInsightsLoggingEnabled";
        Assert.That(app.Services.GetRequiredService<IOptions<WorkerOptions>>().Value.Capabilities, Does.ContainKey(Capability));
        Assert.That(other.Services.GetRequiredService<IOptions<WorkerOptions>>().Value.Capabilities, Does.Not.ContainKey(Capability));
    }

    [Test]
    public async Task What_cannot_be_sent_is_not_stored_anywhere()
    {
        var before = Folders();
        await using var ingestion = await Ingestion.StartAsync(StatusCodes.Status500InternalServerError);
        await using (var app = await SmplatApp.StartAsync(ingestion.Settings()))
        {
            await app.Client.GetAsync("/healthz");
        }

        Assert.That(ingestion.Requests, Is.Positive, "it was tried");
        Assert.That(Folders().Except(before), Is.Empty);
    }

    /// <summary>Where the exporter stores by default what it could not send: one folder per key.</summary>
    private static string[] Folders() =>
    [
        .. new[] { Path.GetTempPath(), "/var/tmp", "/tmp", Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) }
            .Select(folder => Path.Combine(folder, "Microsoft", "AzureMonitor"))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder))
            .Distinct(),
    ];

    private static string Kind(JsonElement item) => item.GetProperty("data").GetProperty("baseType").GetString()!;

    private static JsonElement Data(JsonElement item) => item.GetProperty("data").GetProperty("baseData");

    private static string? Tag(JsonElement item, string name) =>
        item.GetProperty("tags").TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>A fake ingestion service: accepts <c>/v2.1/track</c>, lines of JSON, compressed or not.</summary>
    private sealed class Ingestion : IAsyncDisposable
    {
        private readonly WebApplication _web;
        private readonly ConcurrentQueue<JsonElement> _items = new();
        private int _requests;

        private Ingestion(WebApplication web) => _web = web;

        public IReadOnlyCollection<JsonElement> Items => _items;

        public int Requests => Volatile.Read(ref _requests);

        public static async Task<Ingestion> StartAsync(int status = StatusCodes.Status200OK)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var ingestion = new Ingestion(builder.Build());
            ingestion._web.MapPost("/{**path}", request => ingestion.TakeAsync(request, status));
            await ingestion._web.StartAsync();
            return ingestion;
        }

        public Dictionary<string, string> Settings(params (string Name, string Value)[] more)
        {
            var (address, settings) = (_web.Urls.First(), more.ToDictionary(setting => setting.Name, setting => setting.Value));
            settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
                $"InstrumentationKey={Guid.NewGuid()};IngestionEndpoint={address}/;LiveEndpoint={address}/";
            return settings;
        }

        public IEnumerable<JsonElement> Of(string kind) => _items.Where(item => Kind(item) == kind);

        public ValueTask DisposeAsync() => _web.DisposeAsync();

        private async Task TakeAsync(HttpContext http, int status)
        {
            Interlocked.Increment(ref _requests);
            http.Response.StatusCode = status;
            Stream body = http.Request.Headers.ContentEncoding == "gzip"
                ? new GZipStream(http.Request.Body, CompressionMode.Decompress)
                : http.Request.Body;
            var (count, reader) = (0, new StreamReader(body));
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line.Length > 0)
                {
                    _items.Enqueue(JsonDocument.Parse(line).RootElement.Clone());
                    count++;
                }
            }

            await http.Response.WriteAsJsonAsync(new { itemsReceived = count, itemsAccepted = count, errors = Array.Empty<object>() });
        }
    }
}
