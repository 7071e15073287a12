using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Smplat.Tests.Infra;
using Smplat.Tests.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>
/// Alerts of the requirements, provoked in the running app: two scrapes of its feed, one before and one after, are given to
/// Prometheus' own rule engine, which has to fire.
/// </summary>
public sealed class AlertDrillTests
{
    private static readonly string[] Expected = ["CatalogZeroResults", "KeyRefusals", "ComponentError", "JobRunsFail", "WebhookFailuresSpike"];

    [Test]
    public async Task What_goes_wrong_in_the_app_fires_its_alerts_and_nothing_fired_before()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string>
        {
            ["CHECKOUT_API_KEY"] = "key",
            ["STRIPE_WEBHOOK_SECRET"] = "whsec_drill",
        });
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", "key");
        var before = await ScrapeAsync(app);

        await ProvokeAsync(app);
        var after = await ScrapeAsync(app);

        var (code, output) = await EvaluateAsync(before, after);
        Assert.That(code, Is.Zero, output);
    }

    private static async Task ProvokeAsync(SmplatApp app)
    {
        for (var search = 0; search < 12; search++)
        {
            await app.Client.PostAsJsonAsync("/api/v1/observability/catalog-search", new { query = "unicorn", results_count = 0 });
        }

        for (var attempt = 0; attempt < 60; attempt++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/operators/jobs");
            request.Headers.Add("X-API-Key", "a guess");
            await app.Client.SendAsync(request);
        }

        await app.OwnDatabase!.ExecuteAsync("alter table hosted_checkout_sessions rename to hosted_checkout_sessions_away");
        await app.OwnDatabase.ExecuteAsync("alter table webhook_events rename to webhook_events_away");
        for (var run = 0; run < 4; run++)
        {
            await app.Client.PostAsJsonAsync("/api/v1/operators/jobs/hosted-session-recovery/run", new { triggered_by = "drill" });
        }

        for (var delivery = 0; delivery < 4; delivery++)
        {
            await StripeDelivery.SendAsync(app.Client, $"evt_drill_{delivery}", "whsec_drill");
        }

        await Eventually.BecomesTrueAsync(
            async () => (await ScrapeAsync(app)).Any(sample => sample.Name == "smplat_component_status"
                && sample.Labels["component"] == "hosted_session_recovery" && sample.Labels["status"] == "error" && sample.Value == 1),
            "the component in error");
    }

    private static async Task<IReadOnlyList<StrictExposition.Sample>> ScrapeAsync(SmplatApp app) =>
        [.. StrictExposition.Parse(await app.Client.GetStringAsync("/api/v1/observability/prometheus"))];

    /// <summary>Ten minutes of the first scrape, then half an hour of the second.</summary>
    private static async Task<(int ExitCode, string Output)> EvaluateAsync(
        IReadOnlyList<StrictExposition.Sample> before, IReadOnlyList<StrictExposition.Sample> after)
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var earlier = before.ToDictionary(Series, sample => sample.Value);
        var file = new StringBuilder("evaluation_interval: 1m\nrule_files:\n");
        foreach (var rules in InfraFiles.Rules)
        {
            file.Append("  - ").Append(rules).Append('\n');
        }

        file.Append("tests:\n  - interval: 1m\n    input_series:\n      - series: 'up{job=\"smplat\"}'\n        values: '1x40'\n");
        foreach (var sample in after.Where(sample => double.IsFinite(sample.Value)))
        {
            var start = earlier.TryGetValue(Series(sample), out var value) ? Number(value) : "_";
            file.Append("      - series: ").Append(Quoted(Series(sample))).Append("\n        values: '")
                .Append(start).Append("x10 ").Append(Number(sample.Value)).Append("x30'\n");
        }

        file.Append("    promql_expr_test:\n");
        foreach (var alert in Expected)
        {
            Expect(file, alert, "9m", 0);
        }

        Expect(file, "CatalogZeroResults", "30m", 1);
        Expect(file, "ComponentError", "30m", 1);
        Expect(file, "KeyRefusals", "13m", 1);
        Expect(file, "JobRunsFail", "14m", 1);
        Expect(file, "WebhookFailuresSpike", "13m", 1);
        var path = Path.Combine(folder.Path, "drill.yml");
        await File.WriteAllTextAsync(path, file.ToString());
        return await Promtool.RunAsync(["test", "rules", path]);
    }

    private static void Expect(StringBuilder file, string alert, string time, int fires) => file.Append(CultureInfo.InvariantCulture,
        $"      - expr: 'count(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}} or on() vector(-1)) * (sum(ALERTS{{alertname=\"{alert}\",alertstate=\"firing\"}} or on() vector(0)) > bool 0)'\n        eval_time: {time}\n        exp_samples:\n          - value: {fires}\n");

    private static string Series(StrictExposition.Sample sample) =>
        $"{sample.Name}{{{string.Join(',', sample.Labels.Append(new("job", "smplat")).Select(label => $"{label.Key}=\"{Escape(label.Value)}\""))}}}";

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Quoted(string series) => $"'{series.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
