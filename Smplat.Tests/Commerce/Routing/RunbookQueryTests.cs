using Dapper;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

/// <summary>The runbook's queries, verbatim, after ten routed orders and two failures of one provider.</summary>
public sealed class RunbookQueryTests
{
    private const string Overnight =
        """
        SELECT
          DATE_TRUNC('hour', timestamp) as hour,
          COUNT(*) as requests,
          AVG(total_latency_ms) as avg_latency_ms
        FROM edge_logs
        WHERE function_name = 'loopgpt_route_order'
          AND timestamp > NOW() - INTERVAL '24 hours'
        GROUP BY hour
        ORDER BY hour DESC;
        """;

    private const string ErrorRate =
        """
        SELECT
          provider_id,
          COUNT(*) FILTER (WHERE event = 'provider_quote_error') * 100.0 / COUNT(*) as error_rate_pct
        FROM edge_logs
        WHERE function_name = 'loopgpt_route_order'
          AND timestamp > NOW() - INTERVAL '24 hours'
        GROUP BY provider_id;
        """;

    private const string WeeklyStats =
        """
        SELECT
          provider_id,
          COUNT(*) FILTER (WHERE event = 'provider_quote_success') as success_count,
          COUNT(*) FILTER (WHERE event = 'provider_quote_error') as error_count,
          AVG(latency_ms) FILTER (WHERE event = 'provider_quote_success') as avg_latency_ms,
          PERCENTILE_CONT(0.95) WITHIN GROUP (ORDER BY latency_ms) as p95_latency_ms
        FROM edge_logs
        WHERE function_name = 'loopgpt_route_order'
          AND timestamp > NOW() - INTERVAL '7 days'
        GROUP BY provider_id;
        """;

    private const string Costs =
        """
        SELECT
          provider_id,
          COUNT(*) as api_calls,
          COUNT(*) * 0.001 as estimated_cost_usd  -- Adjust per provider pricing
        FROM edge_logs
        WHERE function_name = 'loopgpt_route_order'
          AND event = 'provider_quote_success'
          AND timestamp > NOW() - INTERVAL '7 days'
        GROUP BY provider_id;
        """;

    private const string Selection =
        """
        SELECT
          selected_provider_id,
          COUNT(*) as selection_count,
          COUNT(*) * 100.0 / SUM(COUNT(*)) OVER () as selection_pct,
          AVG(total_cents) as avg_total_cents
        FROM edge_logs
        WHERE function_name = 'loopgpt_route_order'
          AND event = 'router_decision'
          AND timestamp > NOW() - INTERVAL '7 days'
        GROUP BY selected_provider_id
        ORDER BY selection_count DESC;
        """;

    private RouterFixture _app = null!;
    private NpgsqlConnection _database = null!;

    [OneTimeSetUp]
    public async Task RouteTenOrdersAsync()
    {
        var failures = 2;
        var mealMe = new FakeGateway(ProviderId.MealMe)
        {
            OnQuote = (request, config, _) => Task.FromResult<QuoteOutcome>(Interlocked.Decrement(ref failures) >= 0
                ? new QuoteOutcome.Failed(ProviderFailure.Http(config.Id, 401))
                : new QuoteOutcome.Quoted(Quotes.For(config, request, 5000))),
        };
        _app = await RouterFixture.StartAsync([mealMe]);
        for (var order = 0; order < 10; order++)
        {
            await _app.RouteAsync(Baskets.Three(""","userId":"jane.doe@example.com" """));
        }

        await _app.FlushLogAsync();
        _database = await _app.Database.OpenConnectionAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _database.DisposeAsync();
        await _app.DisposeAsync();
    }

    [Test]
    public async Task The_error_rate_of_a_provider_is_errors_by_calls()
    {
        var rates = (await QueryAsync(ErrorRate)).Where(row => row.provider_id is not null)
            .ToDictionary(row => (string)row.provider_id, row => (decimal)row.error_rate_pct);

        Assert.That(rates["MEALME"], Is.EqualTo(20m));
        Assert.That(rates["KROGER_API"], Is.Zero);
        Assert.That(rates, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task Weekly_stats_count_successes_errors_and_latencies()
    {
        var row = (await QueryAsync(WeeklyStats)).Single(row => row.provider_id == "MEALME");

        Assert.That(((long)row.success_count, (long)row.error_count), Is.EqualTo((8L, 2L)));
        Assert.That((double)row.p95_latency_ms, Is.GreaterThanOrEqualTo(0));
    }

    [Test]
    public async Task Costs_count_answered_calls()
    {
        var row = (await QueryAsync(Costs)).Single(row => row.provider_id == "WALMART_API");

        Assert.That(((long)row.api_calls, (decimal)row.estimated_cost_usd), Is.EqualTo((10L, 0.010m)));
    }

    [Test]
    public async Task The_selection_shares_are_of_decisions()
    {
        var row = (await QueryAsync(Selection)).Single();

        Assert.That(((string)row.selected_provider_id, (long)row.selection_count, (decimal)row.selection_pct), Is.EqualTo(("WALMART_API", 10L, 100m)));
        Assert.That((decimal)row.avg_total_cents, Is.EqualTo(7209m));
    }

    /// <summary>The raw query counts lines; the view counts requests. Its average is of whole calls in both.</summary>
    [Test]
    public async Task The_overnight_query_runs_and_the_view_counts_requests()
    {
        var rows = (await QueryAsync(Overnight)).ToArray();
        var hours = (await QueryAsync("select requests, failures from commerce.v_requests_hourly")).ToArray();

        Assert.That(rows.Sum(row => (long)row.requests), Is.EqualTo(10 * 6));
        Assert.That(rows.All(row => row.avg_latency_ms is not null), Is.True);
        Assert.That(hours.Sum(row => (long)row.requests), Is.EqualTo(10));
        Assert.That(hours.Sum(row => (long)row.failures), Is.Zero);
    }

    [Test]
    public async Task The_error_view_names_credential_problems()
    {
        var row = (await QueryAsync("select * from commerce.v_provider_error_rate")).Single(row => row.provider_id == "MEALME");

        Assert.That(((long)row.errors, (long)row.credential_errors), Is.EqualTo((2L, 2L)));
    }

    [Test]
    public async Task Errors_have_the_wording_that_operators_search_for()
    {
        var rows = (await QueryAsync("select error, error_code, retryable from edge_logs where event = 'provider_quote_error'")).ToArray();

        Assert.That(rows.Select(row => ((string)row.error, (string)row.error_code, (bool)row.retryable)), Is.All.EqualTo(("Unauthorized", "HTTP_401", false)));
    }

    [Test]
    public async Task No_line_contains_the_shopper_s_identity_or_address()
    {
        var text = string.Join("\n", (await _database.QueryAsync<string>(new CommandDefinition("select edge_logs::text from edge_logs"))));

        Assert.That(text, Does.Not.Contain("jane").And.Not.Contain("Main St").And.Not.Contain("94102").And.Not.Contain("conf_"));
    }

    private Task<IEnumerable<dynamic>> QueryAsync(string sql) => _database.QueryAsync(new CommandDefinition(sql));
}
