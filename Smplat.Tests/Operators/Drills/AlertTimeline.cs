using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Smplat.Tests.Infra;
using Smplat.Tests.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>
/// Real scrapes of a running app's feed, laid out in time at the interval of infra/prometheus, and what must have fired at which
/// moment. Prometheus' own rule engine judges.
/// </summary>
internal sealed class AlertTimeline(HttpClient client)
{
    // As in infra/prometheus/prometheus.yml.
    private const int ScrapesPerMinute = 2;

    private readonly Dictionary<string, Dictionary<int, double>> _series = [];
    private readonly StringBuilder _expectations = new();
    private int _scrapes;

    /// <summary>Scrapes once; the feed stands so for this long.</summary>
    public async Task SeeAsync(int minutes)
    {
        var (isUp, samples) = await ScrapeAsync();
        var until = _scrapes + (minutes * ScrapesPerMinute);
        for (; _scrapes < until; _scrapes++)
        {
            Add("up{job=\"smplat\"}", isUp ? 1 : 0);
            foreach (var sample in samples)
            {
                Add(Series(sample), sample.Value);
            }
        }
    }

    /// <summary>None of these alerts fires at the end of what was seen so far.</summary>
    public void Quiet(params string[] alerts) => Expect(alerts, 0);

    /// <summary>All of these alerts fire at the end of what was seen so far. A label may be named: <c>Alert{job_id="x"}</c>.</summary>
    public void Fires(params string[] alerts) => Expect(alerts, 1);

    public async Task JudgeAsync()
    {
        using var folder = TestFolder.Create(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(folder.Path, "drill.yml");
        await File.WriteAllTextAsync(path, Write());
        var (code, output) = await Promtool.RunAsync(["test", "rules", path]);
        Assert.That(code, Is.Zero, output);
    }

    private async Task<(bool IsUp, IReadOnlyList<StrictExposition.Sample> Samples)> ScrapeAsync()
    {
        try
        {
            var feed = await client.GetStringAsync("/api/v1/observability/prometheus");
            return (true, [.. StrictExposition.Parse(feed).Where(sample => double.IsFinite(sample.Value))]);
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException)
        {
            return (false, []);
        }
    }

    private void Add(string series, double value)
    {
        if (!_series.TryGetValue(series, out var values))
        {
            _series[series] = values = [];
        }

        values[_scrapes] = value;
    }

    private void Expect(string[] alerts, int fires)
    {
        foreach (var alert in alerts)
        {
            var (name, labels) = alert.Split('{', 2) is [var before, var rest] ? (before, "," + rest.TrimEnd('}')) : (alert, "");
            _expectations.Append(CultureInfo.InvariantCulture, $$"""
                      - expr: 'count(ALERTS{alertname="{{name}}",alertstate="firing"{{labels}}}) > bool 0 or vector(0)'
                        eval_time: {{(_scrapes - 1) * 60 / ScrapesPerMinute}}s
                        exp_samples:
                          - value: {{fires}}

                """);
        }
    }

    private string Write()
    {
        var file = new StringBuilder("evaluation_interval: 30s\nrule_files:\n");
        foreach (var rules in InfraFiles.Rules)
        {
            file.Append("  - ").Append(rules).Append('\n');
        }

        file.Append("tests:\n  - interval: 30s\n    input_series:\n");
        foreach (var (series, values) in _series)
        {
            file.Append("      - series: ").Append(Quoted(series)).Append("\n        values: '")
                .AppendJoin(' ', Enumerable.Range(0, _scrapes).Select(at => values.TryGetValue(at, out var value) ? Number(value) : "_"))
                .Append("'\n");
        }

        return file.Append("    promql_expr_test:\n").Append(_expectations).ToString();
    }

    private static string Series(StrictExposition.Sample sample) =>
        $"{sample.Name}{{{string.Join(',', sample.Labels.Append(new("job", "smplat")).Select(label => $"{label.Key}=\"{Escape(label.Value)}\""))}}}";

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Quoted(string series) => $"'{series.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
