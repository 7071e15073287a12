using System.Net;
using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce;

/// <summary>Known defects of earlier routers that no other test covers, and a check that every listed defect is covered.</summary>
public sealed partial class DefectTests
{
    [Test]
    public void Every_listed_defect_is_covered_by_a_test()
    {
        var listed = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "commerce.md")))
            .Select(match => match.Groups[1].Value).ToArray();
        var covered = typeof(DefectTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributes<PreventsAttribute>())
            .Select(mark => mark.Defect).Distinct().ToArray();

        Assert.That(listed, Has.Length.EqualTo(35).And.Unique);
        Assert.That(covered, Is.EquivalentTo(listed));
    }

    [Test]
    [Prevents("H-2")]
    public async Task Internal_errors_are_not_shown_to_the_caller()
    {
        var broken = new FakeGateway(ProviderId.KrogerApi) { OnQuote = (_, _, _) => throw new InvalidDataException("password=hunter2") };
        await using var app = await RouterFixture.StartAsync([broken]);

        var (_, body) = await app.PostAsync(
            "loopgpt_route_order",
            Baskets.One(""","preferences":{"excludeProviders":["MEALME","INSTACART","WALMART_API"]}"""));

        Assert.That(body.GetRawText(), Does.Contain("NO_PROVIDERS_AVAILABLE").And.Not.Contain("hunter2"));
    }

    [Test]
    [Prevents("H-3")]
    public async Task A_call_without_quotes_is_logged_as_a_failure_with_who_was_asked_and_why()
    {
        await using var app = await RouterFixture.StartAsync(
            [.. ProviderIds.All.Select(id => new FakeGateway(id).Fail(ProviderFailure.Unavailable(id)))]);

        await app.PostAsync("loopgpt_route_order", Baskets.One());
        await app.FlushLogAsync();

        Assert.That(
            await app.ScalarAsync<string>("select error_code || ' ' || error from edge_logs where event = 'router_failure'"),
            Is.EqualTo("NO_PROVIDERS_AVAILABLE No providers returned valid quotes (KROGER_API,WALMART_API,MEALME,INSTACART)"));
        Assert.That(
            await app.ScalarAsync<long>("select count(distinct provider_id) from edge_logs where event = 'provider_quote_error'"), Is.EqualTo(4));
    }

    [Test]
    [Prevents("H-5")]
    public async Task The_eleventh_anonymous_order_within_a_minute_is_refused_and_every_answer_shows_the_limit()
    {
        await using var app = await RouterFixture.StartAsync(("SMPLAT_RATE_ORDER", "10"));
        var statuses = new List<HttpStatusCode>();
        for (var order = 0; order < 11; order++)
        {
            using var content = new StringContent(Baskets.One());
            using var response = await app.Client.PostAsync("/functions/v1/loopgpt_route_order", content);
            statuses.Add(response.StatusCode);
            Assert.That(response.Headers.GetValues("X-RateLimit-Limit"), Is.EqualTo(new[] { "10" }));
            Assert.That(response.Headers.Contains("X-RateLimit-Remaining") && response.Headers.Contains("X-RateLimit-Reset"), Is.True);
        }

        Assert.That(statuses.Take(10), Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(statuses[^1], Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    [Prevents("S-10")]
    public void A_replay_without_decisions_does_not_divide_by_zero()
    {
        var report = new DecisionReplay(ScoreWeights.Default, ScoreRule.Canonical).ToReport();

        Assert.That((report.Decisions, report.ChangedPercent, report.Before.TotalCents), Is.EqualTo((0L, 0m, 0m)));
        Assert.That(report.Providers.Select(share => share.BeforePercent), Is.All.Zero);
    }

    [TestCase("CA", 0)]
    [TestCase("TN", 400)]
    [TestCase(null, 0)]
    [Prevents("P-4")]
    public void Food_is_taxed_only_where_the_state_taxes_it(string? state, long cents) =>
        Assert.That(FoodTax.Estimate(10_000, new DeliveryAddress("Town", "12345", "US", state)), Is.EqualTo(cents));

    [Test]
    [Prevents("D-1")]
    [Prevents("D-3")]
    public async Task Every_view_and_table_of_the_router_can_be_read()
    {
        await using var app = await RouterFixture.StartAsync();
        await using var connection = await app.Database.OpenConnectionAsync();
        var relations = (await connection.QueryAsync<string>(new CommandDefinition(
            """
            select quote_ident(table_schema) || '.' || quote_ident(table_name)
            from information_schema.tables
            where table_schema in ('commerce', 'analytics') or table_name = 'edge_logs'
            """))).ToArray();

        Assert.That(relations, Has.Length.GreaterThan(12));
        foreach (var relation in relations)
        {
            await connection.QueryAsync(new CommandDefinition($"select * from {relation} limit 1"));
        }
    }

    [GeneratedRegex(@"^\| ([HOSPD]-\d+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
