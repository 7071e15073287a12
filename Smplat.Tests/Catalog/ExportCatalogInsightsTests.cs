using System.Text;
using System.Text.Json;
using Smplat.Cli;
using Smplat.Tests.Support;

namespace Smplat.Tests.Catalog;

/// <summary><c>smplat export catalog-insights</c> against a running app.</summary>
[NonParallelizable]
public sealed class ExportCatalogInsightsTests
{
    private SmplatApp _app = null!;
    private string _path = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "key", ["SMPLAT_RATE_SEARCH"] = "0" });
        foreach (var query in new[] { "growth", "growth", "a|b" })
        {
            await SearchAsync(query, 2);
        }

        await SearchAsync("nothing", 0);
    }

    [OneTimeTearDown]
    public ValueTask StopAsync() => _app.DisposeAsync();

    [SetUp]
    public void ChoosePath() => _path = Path.GetTempFileName();

    [TearDown]
    public void Remove() => File.Delete(_path);

    [Test]
    public async Task Json_ranks_queries_by_count()
    {
        Assert.That(await ExportAsync("--top-n", "2"), Is.Zero);

        var insights = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(_path));
        Assert.That(insights.GetProperty("totals").GetRawText().Replace(" ", "").Replace("\n", ""), Is.EqualTo("""{"searches":4,"zero_results":1}"""));
        Assert.That(
            insights.GetProperty("trending_queries").EnumerateArray().Select(entry => (entry.GetProperty("query").GetString(), entry.GetProperty("count").GetInt32())),
            Is.EqualTo(new[] { ("growth", 2), ("a|b", 1) }));
        Assert.That(insights.GetProperty("zero_result_queries")[0].GetProperty("query").GetString(), Is.EqualTo("nothing"));
        Assert.That(insights.GetProperty("metrics").GetProperty("zero_results_rate").GetDouble(), Is.EqualTo(0.25));
        Assert.That(insights.GetProperty("metadata").GetProperty("sample_size").GetInt32(), Is.EqualTo(4));
    }

    [Test]
    public async Task Markdown_has_five_figures_and_two_tables_that_no_query_breaks()
    {
        Assert.That(await ExportAsync("--format", "md"), Is.Zero);

        var lines = await File.ReadAllLinesAsync(_path);
        Assert.That(lines.Count(line => line.StartsWith("- ", StringComparison.Ordinal)), Is.EqualTo(5));
        Assert.That(lines, Has.Member(@"| 2 | a\|b | 1 |").And.Member("| 1 | nothing | 1 |"));
    }

    [TestCase(CommandLine.UsageError, "--top-n", "0")]
    [TestCase(CommandLine.UsageError, "--format", "xml")]
    [TestCase(CommandLine.UsageError, "--timeout", "0")]
    [TestCase(CommandLine.Failed, "--api-key", "wrong")]
    [TestCase(CommandLine.Failed, "--base-url", "http://127.0.0.1:1")]
    public async Task Every_failure_has_its_exit_code(int exitCode, params string[] args) =>
        Assert.That(await ExportAsync(args), Is.EqualTo(exitCode));

    private Task<int> ExportAsync(params string[] args)
    {
        var all = new Dictionary<string, string> { ["--base-url"] = _app.Client.BaseAddress!.ToString(), ["--api-key"] = "key", ["--output"] = _path };
        foreach (var pair in args.Chunk(2))
        {
            all[pair[0]] = pair[1];
        }

        return CommandLine.RunAsync(["export", "catalog-insights", .. all.SelectMany(option => new[] { option.Key, option.Value })]);
    }

    private async Task SearchAsync(string query, int results)
    {
        var json = JsonSerializer.Serialize(new { query, results_count = results });
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await _app.Client.PostAsync(new Uri("/api/v1/observability/catalog-search", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }
}
