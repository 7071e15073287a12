using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Drills;

/// <summary>What the commerce runbook tells operators to type, tried against this app.</summary>
public sealed partial class RunbookPageTests
{
    private static readonly string Page = Read("docs/runbooks/commerce.md");

    [Test]
    public async Task Every_query_on_the_page_runs()
    {
        await using var app = await RouterFixture.StartAsync();
        await app.RouteAsync(Baskets.Three());
        await app.FlushLogAsync();
        await using var connection = await app.Database.OpenConnectionAsync();
        var queries = Blocks("sql").ToArray();

        foreach (var query in queries.Where(query => !query.Contains("vendor_call", StringComparison.Ordinal)))
        {
            var rows = (await connection.QueryAsync(new CommandDefinition(query))).ToArray();
            Assert.That(rows, Is.Not.Empty, query);
        }

        Assert.That(queries, Has.Length.EqualTo(7));
        Assert.That(await connection.QueryAsync(new CommandDefinition(queries.Single(query => query.Contains("vendor_call", StringComparison.Ordinal)))), Is.Empty);
    }

    [Test]
    public void Every_setting_on_the_page_exists()
    {
        using var sample = JsonDocument.Parse(Read("local.settings.sample.json"));
        var known = sample.RootElement.GetProperty("Values").EnumerateObject().Select(setting => setting.Name).ToHashSet();

        var named = SettingName().Matches(Page).Select(match => match.Value).Distinct().ToArray();

        Assert.That(named, Has.Length.GreaterThan(20));
        Assert.That(named.Where(name => !known.Contains(name) && !ProviderIds.TryParse(name, out _)), Is.Empty);
    }

    [Test]
    public async Task The_calls_on_the_page_are_answered_as_it_says()
    {
        await using var app = await RouterFixture.StartAsync();
        var bodies = CurlBody().Matches(Page).Select(match => match.Groups[1].Value).ToArray();

        var health = await app.RouteAsync(bodies[0]);
        var smoke = await app.RouteAsync(bodies[1]);

        Assert.That(bodies, Has.Length.EqualTo(2));
        Assert.That(health.GetProperty("status").GetString(), Is.EqualTo("healthy"));
        Assert.That((smoke.GetProperty("success").GetBoolean(), smoke.GetProperty("pricing").GetString()), Is.EqualTo((true, "mock")));
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    private static IEnumerable<string> Blocks(string language) =>
        Regex.Matches(Page, $"```{language}\n(.*?)```", RegexOptions.Singleline).Select(match => match.Groups[1].Value);

    [GeneratedRegex("(?:LOOPGPT|KROGER|WALMART|MEALME|INSTACART)_[A-Z0-9_]*[A-Z0-9](?![A-Z_]*…)(?=[=` \\n])")]
    private static partial Regex SettingName();

    [GeneratedRegex("-d '(\\{.*\\})'")]
    private static partial Regex CurlBody();
}
