using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Observability;

/// <summary>
/// What reaches an OTLP collector over the wire. All apps of the process share the sources, so each test looks only at
/// the traces of its own requests, and none runs beside another app's jobs.
/// </summary>
[NonParallelizable]
public sealed class TelemetryExportTests
{
    private const string Caller = "00f067aa0ba902b7";

    [Test]
    public async Task Spans_and_metrics_identify_the_service_by_standard_attributes()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await SmplatApp.StartAsync(collector.Settings(("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=shop"))))
        {
            await app.Client.GetAsync("/healthz");
        }

        Assert.That(collector.Requests, Does.Contain("/v1/traces shop").And.Contain("/v1/metrics shop"));
        var resource = collector.Spans.First().Resource;
        Assert.That(resource["service.name"], Is.EqualTo("smplat-api"));
        Assert.That(resource["service.version"], Is.EqualTo(SmplatTelemetry.Version));
        Assert.That(resource["deployment.environment.name"], Is.EqualTo("local"));
        Assert.That(Guid.TryParse(resource["service.instance.id"], out _), Is.True);
        var duration = collector.Metrics.First(metric => metric.Name == "http.server.request.duration");
        Assert.That(duration.Unit, Is.EqualTo("s"));
        Assert.That(
            duration.Points.Select(point => point.GetValueOrDefault("http.route")), Does.Contain("/healthz").Or.Contain("healthz"));
        Assert.That(collector.Metrics.Select(metric => metric.Name), Does.Contain("db.client.operation.duration"));
    }

    [Test]
    public async Task Nothing_is_exported_or_listened_to_without_a_target()
    {
        await using var app = await SmplatApp.StartAsync();

        Assert.That(app.Services.GetService<TracerProvider>(), Is.Null);
        Assert.That(app.Services.GetService<MeterProvider>(), Is.Null);
    }

    [TestCase(null, TestName = "A_request_without_traceparent_is_exported")]
    [TestCase("00", TestName = "A_request_whose_caller_does_not_sample_is_exported")]
    [TestCase("01", TestName = "A_request_whose_caller_samples_is_exported")]
    public async Task A_request_is_one_span(string? flags)
    {
        var (trace, order) = (ActivityTraceId.CreateRandom().ToHexString(), Guid.NewGuid());
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await SmplatApp.StartAsync(collector.Settings()))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{order}");
            if (flags is not null)
            {
                request.Headers.Add("traceparent", $"00-{trace}-{Caller}-{flags}");
            }

            Assert.That((await app.Client.SendAsync(request)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        }

        var server = collector.Spans.Where(span => span["url.path"] == $"/api/v1/orders/{order}").ToArray();
        Assert.That(server, Has.Length.EqualTo(1));
        Assert.That(
            collector.Trace(server[0].TraceId).Where(span => span.Kind == 2), Has.Exactly(1).Items, "neither the worker nor Kestrel adds one of its own");
        Assert.That(server[0].Name, Is.EqualTo("GET /api/v1/orders/{orderId}"));
        Assert.That(server[0]["http.request.method"], Is.EqualTo("GET"));
        Assert.That(server[0]["http.route"], Is.EqualTo("/api/v1/orders/{orderId}"));
        Assert.That(server[0]["http.response.status_code"], Is.EqualTo("404"));
        Assert.That(server[0]["url.scheme"], Is.EqualTo("http"));
        Assert.That(server[0].Status, Is.Zero, "a mistake of the caller is not a server error");
        Assert.That(collector.Spans.Select(span => span.Source), Has.None.Contain("Functions.Worker"));
        if (flags is not null)
        {
            Assert.That((server[0].TraceId, server[0].ParentSpanId), Is.EqualTo((trace, Caller)));
        }
    }

    [Test]
    public async Task A_sampling_ratio_of_zero_exports_only_what_a_caller_samples()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var (asked, unasked) = (ActivityTraceId.CreateRandom().ToHexString(), ActivityTraceId.CreateRandom().ToHexString());
        await using (var app = await SmplatApp.StartAsync(collector.Settings(("SMPLAT_TRACE_SAMPLE_RATIO", "0"))))
        {
            await GetAsync(app, "/healthz", $"00-{asked}-{Caller}-01");
            await GetAsync(app, "/healthz", $"00-{unasked}-{Caller}-00");
        }

        Assert.That(collector.Trace(asked), Is.Not.Empty);
        Assert.That(collector.Trace(unasked), Is.Empty);
    }

    [Test]
    public async Task A_routed_order_is_one_trace_from_the_request_to_the_statements()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await SmplatApp.StartAsync(collector.Settings()))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/functions/v1/loopgpt_route_order")
            {
                Content = new StringContent(Baskets.Three(), Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("traceparent", $"00-{trace}-{Caller}-00");
            var answer = await app.Client.SendAsync(request);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        }

        var spans = collector.Trace(trace);
        var server = spans.Single(span => span.Kind == 2);
        var commit = spans.Single(span => span.Name == "commit routing sessions");
        var statement = spans.First(span => span.Source == "Npgsql" && span.ParentSpanId == commit.SpanId);
        Assert.That(server.Name, Is.EqualTo("POST /functions/v1/loopgpt_route_order"));
        Assert.That(
            spans.Where(span => span.ParentSpanId == server.SpanId).Select(span => span.Name),
            Is.SupersetOf(new[] { "quote MEALME", "quote KROGER_API", "quote WALMART_API", "commit routing sessions" }));
        Assert.That(statement["db.system.name"], Is.EqualTo("postgresql"));
        Assert.That(statement["db.query.text"], Does.Contain("insert into"));
        Assert.That(spans.SelectMany(span => span.Events).Select(item => item.Name), Has.None.EqualTo("received-first-response"));
    }

    [Test]
    public async Task A_job_that_an_operator_starts_and_that_fails_is_an_error_in_the_trace_of_the_request()
    {
        var job = new SampleJob((_, _) => throw new InvalidOperationException("the customer jo@example.com"));
        await using var collector = await OtlpCollector.StartAsync();
        await using (var app = await SmplatApp.StartAsync(
            collector.Settings(), builder => builder.Services.AddSingleton<IJob>(job)))
        {
            await app.Client.PostAsJsonAsync($"/api/v1/operators/jobs/{job.Definition.Id}/run", new { triggered_by = "test" });
        }

        var span = collector.Spans.Single(span => span.Name == $"job {job.Definition.Id}");
        Assert.That(span.Status, Is.EqualTo(2));
        Assert.That(span["error.type"], Is.EqualTo(typeof(InvalidOperationException).FullName));
        Assert.That(span.StatusMessage, Is.EqualTo(nameof(InvalidOperationException)), "a message may contain private data");
        Assert.That(
            collector.Trace(span.TraceId).Single(parent => parent.SpanId == span.ParentSpanId).Name,
            Is.EqualTo("POST /api/v1/operators/jobs/{jobId}/run"));
    }

    [Test]
    public async Task No_attribute_contains_a_secret_or_an_address()
    {
        await using var collector = await OtlpCollector.StartAsync();
        var job = new SampleJob(async (_, cancellationToken) =>
        {
            using var client = new HttpClient(new SocketsHttpHandler());
            await client.GetAsync($"{collector.Address}/services/T0PSECRET/B0PSECRET/topsecrettopsecrettopsecret?key=TOPSECRET", cancellationToken);
            return JobReport.Of(true, ("done", 1));
        });
        var settings = collector.Settings(("CHECKOUT_API_KEY", "TOPSECRET-key"));
        await using (var app = await SmplatApp.StartAsync(settings, builder => builder.Services.AddSingleton<IJob>(job)))
        {
            app.Client.DefaultRequestHeaders.Add("X-API-Key", "TOPSECRET-key");
            await app.Client.PostAsJsonAsync($"/api/v1/operators/jobs/{job.Definition.Id}/run?token=TOPSECRET", new { triggered_by = "test" });
            await app.Client.GetAsync("/api/v1/notifications/preferences/jo@example.com?api_key=TOPSECRET");
        }

        var call = collector.Spans.First(span => span.Source == "System.Net.Http" && span["url.full"]!.StartsWith(collector.Address, StringComparison.Ordinal));
        Assert.That(call["url.full"], Is.EqualTo($"{collector.Address}/services/…/…/…"));
        Assert.That(call["http.request.method"], Is.EqualTo("GET"));
        Assert.That(
            from span in collector.Spans
            from text in span.Attributes.Values.Concat(span.Events.SelectMany(item => item.Attributes.Values)).Append(span.Name)
            where text.Contains("SECRET", StringComparison.OrdinalIgnoreCase) || text.Contains("jo@", StringComparison.Ordinal)
            select $"{span.Name}: {text}",
            Is.Empty);
    }

    [Test]
    public async Task Every_log_line_appears_once_and_its_trace_is_exported()
    {
        var lines = new ConcurrentQueue<string>();
        var job = new SampleJob((_, _) => throw new InvalidOperationException("broken"));
        await using var collector = await OtlpCollector.StartAsync();
        var settings = collector.Settings(("SMPLAT_LOG_FORMAT", "json"));
        await using (var app = await SmplatApp.StartAsync(
            settings, builder => builder.Services.AddSingleton<IJob>(job), lines.Enqueue))
        {
            await app.Client.PostAsJsonAsync($"/api/v1/operators/jobs/{job.Definition.Id}/run", new { triggered_by = "test" });
            await app.Client.PostAsJsonAsync("/api/v1/operators/jobs/retention/run", new { triggered_by = "test" });
        }

        var ours = lines.Where(line => line.Contains("smplat-api", StringComparison.Ordinal)).ToArray();
        var parsed = ours.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.That(ours, Is.Unique);
        Assert.That(parsed.Select(line => line.GetProperty("service").GetString()), Is.All.EqualTo("smplat-api"));
        Assert.That(
            parsed.Count(line => line.GetProperty("message").GetString()!.StartsWith("server_action_failed", StringComparison.Ordinal)),
            Is.EqualTo(1));
        Assert.That(
            lines.Count(line => line.Contains("server_action_failed", StringComparison.Ordinal)), Is.EqualTo(1), "in no other form either");
        var logged = parsed.Where(line => line.TryGetProperty("trace_id", out _)).Select(line => line.GetProperty("trace_id").GetString()!).ToHashSet();
        Assert.That(logged, Has.Count.GreaterThanOrEqualTo(2));
        Assert.That(logged, Is.SubsetOf(collector.Spans.Select(span => span.TraceId)));
    }

    private static async Task GetAsync(SmplatApp app, string path, string traceparent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", traceparent);
        (await app.Client.SendAsync(request)).EnsureSuccessStatusCode();
    }
}
