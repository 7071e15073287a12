using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Requests;
using Smplat.Tests.Support;

namespace Smplat.Tests.Ops;

/// <summary>From a figure to the requests behind it, and everything about one of them.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class OpsRequestTests
{
    [Test]
    public async Task A_figure_is_two_clicks_from_its_cause()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var failed = OpsRows.RequestIdAt(ops.Rows.Now, "failed0001");
        await ops.Rows.ARoutedRequestAsync(OpsRows.RequestIdAt(ops.Rows.Now, "routed0001"));
        await ops.Rows.ARoutedRequestAsync(failed, "nothing works today", isRouted: false);

        var (_, overview) = await ops.OpenAsync("/ops");
        var (_, list) = await ops.OpenAsync(LinkIn(overview, "Not routed</dt><dd>"));
        var (status, one) = await ops.OpenAsync(LinkIn(list, "<tbody role=\"rowgroup\"><tr role=\"row\"><th scope=\"row\" role=\"rowheader\">"));

        Assert.That(list, Does.Contain(failed).And.Not.Contain("routed0001"));
        Assert.That(status, Is.EqualTo(200));
        Assert.That(one, Does.Contain("nothing works today").And.Contain("not routed"));
    }

    [Test]
    public async Task A_request_shows_its_quotes_scores_confirmation_webhooks_and_vendor_calls()
    {
        await using var ops = await OpsFixture.SignedInAsync(new() { ["OPS_TRACE_URL"] = "https://traces.example/t/{trace_id}?x=1" });
        var id = OpsRows.RequestIdAt(ops.Rows.Now);
        await ops.Rows.ARoutedRequestAsync(id);
        await ops.Rows.ExecuteAsync(
            """
            insert into commerce.routing_sessions (
                id, token_sha256, request_id, status, winner_provider_id, quotes, request, items_count, request_hash, address_hash, weights,
                expires_at, created_at)
            values (@session, decode(repeat('ab', 32), 'hex'), @id, 'confirmed', 'MEALME', '[]', '{}', 3, 'h', 'h',
                '{"priority":1,"price":0.3,"speed":0.15,"availability":0.25,"margin":0.2,"reliability":0.1}', @Now + interval '15 minutes', @Now);
            insert into commerce.order_attempts (id, session_id, leg, attempt_no, provider_id, idempotency_key, outcome, error, total_cents, started_at, finished_at)
            values (gen_random_uuid(), @session, 0, 1, 'KROGER_API', 'k1', 'failed', 'no slot left', 2599, @Now, @Now + interval '300 milliseconds'),
                (gen_random_uuid(), @session, 0, 2, 'MEALME', 'k2', 'placed', null, 2599, @Now + interval '1 second', @Now + interval '2 seconds');
            insert into commerce.orders (id, order_ref, session_id, request_id, provider_id, provider_order_id, status, mode, total_cents,
                commission_cents, items_count, created_at, updated_at)
            values (gen_random_uuid(), 'ord_77', @session, @id, 'MEALME', 'mm_77', 'placed', 'placed', 2599, 78, 3, @Now, @Now);
            insert into commerce.mealme_webhook_events (dedupe_key, mealme_order_id, event_type, status, raw, received_at)
            values ('d1', 'mm_77', 'order.completed', 'completed', '{}', @Now + interval '40 minutes');
            insert into commerce.vendor_call (provider_id, endpoint, hour_start, status_class, calls, latency_ms, last_at)
            values ('MEALME', 'quote-endpoint', date_trunc('hour', @began::timestamptz, 'UTC'), '2xx', 4, 1200, @Now);
            """,
            new { session = Guid.CreateVersion7(ops.Rows.Now), id, ops.Rows.Now, began = ops.Rows.Now.AddSeconds(-2) });

        var (_, html) = await ops.OpenAsync($"/ops/requests/{id}");

        Assert.That(html, Does.Contain("quote failed").And.Contain("the vendor answered 503").And.Contain("620 ms").And.Contain("310 ms"));
        Assert.That(html, Does.Contain("chosen").And.Contain("Walmart Direct").And.Not.Contain("weights of then are purged"), "scores");
        Assert.That(html, Does.Contain("ord_77").And.Contain("no slot left").And.Contain("mm_77").And.Contain("order completed: completed"));
        Assert.That(html, Does.Contain("quote-endpoint").And.Contain("300 ms"));
        Assert.That(html, Does.Contain("href=\"https://traces.example/t/abcdefabcdefabcdefabcdefabcdef12?x=1\"").And.Contain("data-copy=\"abcdefabcdefabcdefabcdefabcdef12\""));
        Assert.That((await ops.OpenAsync("/ops/find?id=ord_77")).Html, Does.Contain($"/ops/requests/{id}"));
        Assert.That((await ops.OpenAsync($"/ops/find?id={id}")).Html, Does.Contain($"/ops/requests/{id}"));
    }

    [Test]
    public async Task The_list_pages_by_key_and_shows_every_request_once()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        await ops.Rows.ExecuteAsync(
            """
            insert into edge_logs (function_name, "timestamp", event, request_id, selected_provider_id, total_cents)
            select 'loopgpt_route_order', @Now - (n / 3) * interval '1 second', case when n % 4 = 0 then 'router_failure' else 'router_decision' end,
                'req_1764518400000_' || lpad(n::text, 10, '0'), 'MEALME', 100
            from generate_series(1, 130) n
            """,
            new { ops.Rows.Now });
        var seen = new List<string>();

        string? path = "/ops/requests";
        while (path is not null)
        {
            var (_, html) = await ops.OpenAsync(path);
            seen.AddRange(Regex.Matches(html, "<code>(req_[0-9a-z_]+)</code>").Select(match => match.Groups[1].Value));
            path = html.Contains("rel=\"next\"", StringComparison.Ordinal) ? LinkIn(html, "<a class=\"button\" rel=\"next\"", isSame: true) : null;
        }

        Assert.That(seen, Has.Count.EqualTo(130).And.Unique);
    }

    [TestCase("provider=KROGER_API&event=provider_quote_error", "both")]
    [TestCase("provider=KROGER_API&event=provider_quote_success", "none")]
    [TestCase("provider=MEALME&event=router_decision", "routed")]
    [TestCase("outcome=failed", "failed")]
    [TestCase("event=commerce.confirm_order.success", "routed")]
    [TestCase("since=2020-01-01T00:00&until=2020-01-02T00:00", "none")]
    [TestCase("window=1h", "both")]
    public async Task The_list_is_filtered(string query, string expected)
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var (routed, failed) = (OpsRows.RequestIdAt(ops.Rows.Now, "routed0001"), OpsRows.RequestIdAt(ops.Rows.Now, "failed0001"));
        await ops.Rows.ARoutedRequestAsync(routed);
        await ops.Rows.ARoutedRequestAsync(failed, isRouted: false);
        await ops.Rows.ExecuteAsync(
            """
            insert into edge_logs (function_name, "timestamp", event, request_id, provider_id, latency_ms)
            values ('loopgpt_confirm_order', @Now, 'commerce.confirm_order.success', @routed, 'MEALME', 900)
            """,
            new { ops.Rows.Now, routed });

        var (_, html) = await ops.OpenAsync($"/ops/requests?{query}");

        Assert.That(html.Contains(routed, StringComparison.Ordinal), Is.EqualTo(expected is "both" or "routed"));
        Assert.That(html.Contains(failed, StringComparison.Ordinal), Is.EqualTo(expected is "both" or "failed"));
    }

    [Test]
    public async Task A_search_that_finds_nothing_among_many_says_how_far_it_came_and_goes_on()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        await ops.Rows.ExecuteAsync(
            """
            insert into edge_logs (function_name, "timestamp", event, request_id, selected_provider_id)
            select 'loopgpt_route_order', @Now - n * interval '1 second', 'router_decision', 'req_1764518400000_' || lpad(n::text, 10, '0'), 'MEALME'
            from generate_series(1, @count) n
            """,
            new { ops.Rows.Now, count = RequestQueries.SearchDepth + 10 });

        var (_, first) = await ops.OpenAsync("/ops/requests?provider=WALMART_API");
        var (_, second) = await ops.OpenAsync(LinkIn(first, "<a class=\"button\" rel=\"next\"", isSame: true));

        Assert.That(first, Does.Contain("The newest 20,000 requests were searched").And.Contain("Continue the search"));
        Assert.That(second, Does.Contain("No request matches.").And.Not.Contain("rel=\"next\""));
    }

    [Test]
    public async Task A_real_request_is_found_with_its_trace_and_session()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var answer = await ops.Client.PostAsync("/functions/v1/loopgpt_route_order", new StringContent(
            """{"items":[{"name":"Milk","quantity":2}],"shippingAddress":{"city":"Austin","state":"TX","postalCode":"78701","country":"US","street":"1 Main St"}}""",
            System.Text.Encoding.UTF8,
            "application/json"));
        var id = Regex.Match(await answer.Content.ReadAsStringAsync(), "req_[0-9]{13}_[0-9a-z]+").Value;
        await ops.App.Services.GetRequiredService<Smplat.Core.Commerce.Routing.EdgeLog>().FlushAsync(CancellationToken.None);

        var found = await ops.App.Services.GetRequiredService<RequestQueries>().FindAsync(id, CancellationToken.None);

        Assert.That(id, Is.Not.Empty, await answer.Content.ReadAsStringAsync());
        Assert.That(found, Is.Not.Null);
        Assert.That(found!.Facts.Lines.Any(line => line.Event == "router_latency" || line.Event == "router_failure"), Is.True);
        if (answer.IsSuccessStatusCode)
        {
            Assert.That(found.Facts.Session, Is.Not.Null, "the session is found by its time");
            Assert.That(found.Decision!.IsExact, Is.True);
        }
    }

    [Test]
    public async Task An_id_of_the_shop_leads_to_its_order_in_full()
    {
        await using var ops = await OpsFixture.SignedInAsync();
        var task = await ops.Rows.ADeadLetterAsync("Grow the account", "the provider said no");
        var order = await ops.Rows.ScalarAsync<Guid>("select item.order_id from fulfillment_tasks task join order_items item on item.id = task.order_item_id where task.id = @task", new { task });
        var (payment, journey) = (Guid.NewGuid(), Guid.NewGuid());
        await ops.Rows.ExecuteAsync(
            """
            insert into payments (id, order_id, provider_reference, provider_session_id, status, amount, currency, failure_reason)
            values (@payment, @order, 'pi_9', 'cs_9', 'failed', 100, 'EUR', 'card_declined');
            insert into onboarding_journeys (id, order_id, status, progress_percentage) values (@journey, @order, 'active', 25);
            """,
            new { payment, journey, order });
        var number = await ops.Rows.ScalarAsync<string>("select order_number from orders where id = @order", new { order });

        foreach (var id in new[] { order.ToString(), number!, payment.ToString(), "pi_9", "cs_9", journey.ToString(), task.ToString(), order.ToString().ToUpperInvariant() })
        {
            var (status, html) = await ops.OpenAsync($"/ops/find?id={Uri.EscapeDataString(id)}");
            Assert.That(status, Is.EqualTo(200));
            Assert.That(html, Does.Contain(order.ToString()).And.Contain(payment.ToString()).And.Contain(journey.ToString()).And.Contain(task.ToString()), id);
            Assert.That(html, Does.Contain("card_declined").And.Contain("the provider said no").And.Contain("25 %"), id);
        }
    }

    [TestCase("ftp://x/{trace_id}")]
    [TestCase("https://x/trace")]
    [TestCase("https://{trace_id}/")]
    public void An_address_without_a_place_for_the_trace_is_refused(string url) => Assert.That(
        async () => await OpsFixture.StartAsync(new() { ["OPS_TRACE_URL"] = url }),
        Throws.Exception.With.Message.Contains("OPS_TRACE_URL").And.Message.Contains("{trace_id}"));

    [TestCase("/ops/requests")]
    [TestCase("/ops/requests/req_1764518400000_abcdefghij")]
    [TestCase("/ops/find?id=x")]
    public async Task Without_a_session_there_is_only_the_login(string path)
    {
        await using var ops = await OpsFixture.StartAsync();

        var answer = await ops.Client.GetAsync(path);

        Assert.That((int)answer.StatusCode, Is.EqualTo(303));
        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo($"/ops/login?next={Uri.EscapeDataString(path)}"));
    }

    [Test]
    public async Task Every_look_uses_an_index()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(
            """
            insert into edge_logs (function_name, "timestamp", event, request_id)
            select 'loopgpt_route_order', now() - n * interval '20 milliseconds',
                case when n % 7 = 0 then 'router_decision' when n % 700 = 1 then 'router_failure' else 'provider_quote_success' end,
                'req_1764518400000_' || lpad((n / 7)::text, 10, '0')
            from generate_series(1, 60000) n;
            analyze edge_logs;
            """);

        foreach (var condition in new[] { "event = 'router_decision'", "event = 'router_failure'" })
        {
            var plan = await database.ReadAsync<string>(
                $"""
                explain (format json) select * from edge_logs
                where {condition} and request_id is not null and "timestamp" >= now() - interval '1 day' and "timestamp" < now()
                    and "timestamp" <= now() and ("timestamp", id) < (now(), 9223372036854775807)
                order by "timestamp" desc, id desc limit 51
                """);
            Assert.That(plan, Does.Contain("Index Scan"), plan);
        }
    }

    /// <summary>The address of the first link after a text.</summary>
    private static string LinkIn(string html, string after, bool isSame = false)
    {
        var start = html.IndexOf(after, StringComparison.Ordinal);
        Assert.That(start, Is.Not.Negative, after);
        var match = Regex.Match(html.Substring(isSame ? start : start + after.Length), "href=\"([^\"]+)\"");
        return System.Net.WebUtility.HtmlDecode(match.Groups[1].Value);
    }
}
