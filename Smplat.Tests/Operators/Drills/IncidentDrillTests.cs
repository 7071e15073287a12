using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Smplat.Tests.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>requirements/003 step by step on a running app: detect, stabilise, mend, run again, keep.</summary>
public sealed class IncidentDrillTests
{
    private const string Job = "hosted-session-recovery";
    private const string Component = "hosted_session_recovery";

    [Test]
    public async Task A_worker_that_fails_is_seen_restarted_alone_and_run_again()
    {
        await using var app = await SmplatApp.StartAsync();
        await BreakAsync(app);

        var failed = await PostAsync(app, $"/api/v1/operators/jobs/{Job}/run");
        var during = await SeenAsync(app, "error");
        var feed = await FeedAsync(app);
        await MendAsync(app);
        var restarted = await PostAsync(app, $"/api/v1/operators/jobs/{Job}/restart");
        var after = await SeenAsync(app, "ready");
        var runs = await app.Client.GetFromJsonAsync<JsonElement>($"/api/v1/operators/job-runs?job_id={Job}");

        Assert.Multiple(() =>
        {
            Assert.That(failed.GetProperty("status").GetString(), Is.AnyOf("failed", "retrying"));
            Assert.That(StatusOf(during, Component), Is.EqualTo("error"), "detected by readiness");
            Assert.That(during.GetProperty("status").GetString(), Is.EqualTo("error"));
            Assert.That(
                feed.Single(sample => sample.Name == "smplat_component_status" && sample.Labels["component"] == Component && sample.Labels["status"] == "error").Value,
                Is.EqualTo(1),
                "detected by the feed");
            Assert.That(StatusOf(during, "weekly_digest"), Is.Not.EqualTo("error"), "the others go on");
            Assert.That(restarted.GetProperty("status").GetString(), Is.EqualTo("completed"));
            Assert.That(StatusOf(after, Component), Is.EqualTo("ready"));
            Assert.That(
                runs.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("status").GetString()),
                Does.Contain("completed").And.Contain(failed.GetProperty("status").GetString()));
        });
    }

    [Test]
    public async Task A_worker_whose_switch_is_off_is_disabled_and_does_not_lower_readiness()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["HOSTED_RECOVERY_WORKER_ENABLED"] = "false" });
        await BreakAsync(app);

        var skipped = await app.Client.PostAsJsonAsync($"/api/v1/operators/jobs/{Job}/run", new { triggered_by = "drill" });
        var readiness = await SeenAsync(app, "disabled");

        Assert.That(await skipped.Content.ReadAsStringAsync(), Does.Not.Contain("\"failed\""));
        Assert.That(StatusOf(readiness, Component), Is.EqualTo("disabled"));
        Assert.That(readiness.GetProperty("status").GetString(), Is.Not.EqualTo("error"));
    }

    [Test]
    public async Task Jobs_are_rerun_manually_only_when_nothing_else_is_broken_unless_forced()
    {
        await using var app = await SmplatApp.StartAsync();
        await BreakAsync(app);
        await PostAsync(app, $"/api/v1/operators/jobs/{Job}/run");
        await SeenAsync(app, "error");
        string[] digest = ["digest", "run", "--base-url", app.Client.BaseAddress!.OriginalString];

        var refused = await CliRun.RunAsync(digest);
        var forced = await CliRun.RunAsync([.. digest, "--force"]);

        Assert.That((refused.ExitCode, forced.ExitCode), Is.EqualTo((1, 0)), forced.Error);
        Assert.That(refused.Error, Does.Contain(Component));
    }

    [Test]
    public async Task The_span_of_a_failed_run_reaches_the_collector_as_an_error_of_this_service()
    {
        var spans = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/v1/traces", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            spans.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
        });
        await collector.StartAsync();
        string traceId;

        await using (var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First() }))
        {
            await BreakAsync(app);
            await PostAsync(app, $"/api/v1/operators/jobs/{Job}/run");
            var runs = await app.Client.GetFromJsonAsync<JsonElement>($"/api/v1/operators/job-runs?job_id={Job}");
            traceId = runs.GetProperty("runs")[0].GetProperty("trace_id").GetString()!;
        }

        // Text within the binary form; the kind of the exception is the description that only an ERROR status has.
        Assert.That(
            spans.Any(sent => sent.Contains("smplat-api", StringComparison.Ordinal) && sent.Contains($"job {Job}", StringComparison.Ordinal)
                && sent.Contains("PostgresException", StringComparison.Ordinal)
                && sent.Contains(Encoding.Latin1.GetString(Convert.FromHexString(traceId)), StringComparison.Ordinal)),
            Is.True,
            "the trace that the ledger names");
    }

    /// <summary>A table that the job reads is gone from under it, and from nobody else.</summary>
    private static Task BreakAsync(SmplatApp app) => app.OwnDatabase!.ExecuteAsync("alter table hosted_checkout_sessions rename to hosted_checkout_sessions_away");

    private static Task MendAsync(SmplatApp app) => app.OwnDatabase!.ExecuteAsync("alter table hosted_checkout_sessions_away rename to hosted_checkout_sessions");

    private static async Task<JsonElement> PostAsync(SmplatApp app, string route)
    {
        var answer = await app.Client.PostAsJsonAsync(route, new { triggered_by = "drill" });
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>Readiness as it is once the worker's component stands so; a look is kept for a few seconds.</summary>
    private static async Task<JsonElement> SeenAsync(SmplatApp app, string status)
    {
        JsonElement seen = default;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                seen = await app.Client.GetFromJsonAsync<JsonElement>("/api/v1/health/readyz");
                return StatusOf(seen, Component) == status;
            },
            $"{Component} {status}");
        return seen;
    }

    private static async Task<IReadOnlyList<StrictExposition.Sample>> FeedAsync(SmplatApp app) =>
        [.. StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"))];

    private static string? StatusOf(JsonElement readiness, string component) =>
        readiness.GetProperty("components").GetProperty(component).GetProperty("status").GetString();
}
