using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Smplat.Tests.Support;

namespace Smplat.Tests.Observability;

public sealed class TelemetryExportTests
{
    [Test]
    public async Task Spans_and_metrics_reach_the_collector_that_is_set()
    {
        var paths = new ConcurrentBag<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/{**path}", (HttpRequest request) =>
        {
            paths.Add($"{request.Path} {request.Headers["x-tenant"]}");
            return Results.Ok();
        });
        await collector.StartAsync();

        await using (var app = await SmplatApp.StartAsync(new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "x-tenant=shop",
        }))
        {
            await app.Client.GetAsync("/healthz");
        }

        Assert.That(paths, Does.Contain("/v1/traces shop"));
        Assert.That(paths, Does.Contain("/v1/metrics shop"));
    }
}
