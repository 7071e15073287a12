using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Observability;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Platform.Observability;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>Every name in rules, dashboards and pages exists in the running app.</summary>
public sealed partial class FeedNameTests
{
    private SmplatApp _app = null!;
    private HashSet<string> _families = [];
    private ILookup<string, StrictExposition.Sample> _samples = null!;

    [OneTimeSetUp]
    public async Task ReadTheFeedAsync()
    {
        _app = await SmplatApp.StartAsync();
        await _app.Client.PostAsync(
            "/functions/v1/loopgpt_route_order",
            new StringContent(Baskets.One(), System.Text.Encoding.UTF8, "application/json"));
        await _app.Services.GetRequiredService<EdgeLog>().FlushAsync(TestContext.CurrentContext.CancellationToken);
        var feed = await _app.Services.GetRequiredService<PrometheusFeed>().WriteAsync(TestContext.CurrentContext.CancellationToken);
        _families = [.. Type().Matches(feed).Select(match => match.Groups[1].Value)];
        _samples = StrictExposition.Parse(feed).ToLookup(sample => sample.Name);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _app.DisposeAsync();

    [Test]
    public void Every_metric_of_a_rule_is_in_the_feed() =>
        Assert.That(
            InfraFiles.Rules.SelectMany(path => InfraFiles.Metrics(File.ReadAllText(path))).Select(metric => metric.Name)
                .Distinct().Except(_families),
            Is.Empty);

    [Test]
    public void Every_metric_of_a_dashboard_is_in_the_feed() =>
        Assert.That(
            InfraFiles.Dashboards.SelectMany(DashboardTests.Expressions).SelectMany(InfraFiles.Metrics).Select(metric => metric.Name)
                .Distinct().Except(_families),
            Is.Empty);

    [Test]
    public void Selectors_name_labels_that_the_samples_have() =>
        Assert.That(
            from expression in InfraFiles.Rules.Select(File.ReadAllText).Concat(InfraFiles.Dashboards.SelectMany(DashboardTests.Expressions))
            from metric in InfraFiles.Metrics(expression)
            from sample in _samples[metric.Name].Take(1)
            from label in metric.Labels
            where !sample.Labels.ContainsKey(label) && label is not ("job" or "instance" or "environment")
            select $"{metric.Name}{{{label}}}",
            Is.Empty);

    [Test]
    public async Task Every_route_that_an_operator_s_page_calls_exists()
    {
        var document = JsonDocument.Parse(await _app.Client.GetStringAsync("/api/openapi.json"));
        var routes = document.RootElement.GetProperty("paths").EnumerateObject()
            .Select(path => new Regex("^" + Regex.Replace(path.Name, @"\{[^}]+\}", "[^/]+") + "$")).ToArray();

        Assert.That(
            from page in InfraFiles.OperatorPages
            from Match call in Call().Matches(File.ReadAllText(page))
            where !routes.Any(route => route.IsMatch(call.Groups[1].Value))
            select $"{Path.GetFileName(page)}: {call.Groups[1].Value}",
            Is.Empty);
    }

    [GeneratedRegex(@"^# TYPE (\S+) ", RegexOptions.Multiline)]
    private static partial Regex Type();

    [GeneratedRegex(@"\$(?:API|BASE_URL|OBSERVABILITY_BASE_URL)((?:/[A-Za-z0-9_$.{}-]+)+)")]
    private static partial Regex Call();
}
