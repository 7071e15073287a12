using System.Text.Json;
using Smplat.Core.Fulfillment;

namespace Smplat.Tests.Fulfillment;

public sealed class FulfillmentKickoffTests
{
    [Test]
    public async Task An_instagram_order_becomes_four_tasks()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync("Instagram"));

        var outcome = await KickOffAsync(fixture, order);

        Assert.That(outcome, Is.EqualTo(new KickoffOutcome.KickedOff(4, 0)));
        Assert.That(await fixture.OrderStatusAsync(order), Is.EqualTo("processing"));
        Assert.That(await PlanAsync(fixture, order), Is.EqualTo(
            "instagram_setup +1h, analytics_collection +2h, follower_growth +24h, engagement_boost +48h"));
    }

    [TestCase(100, 500, 4.0, 20)]
    [TestCase(300, 1000, 6.0, 35)]
    [TestCase(500, 2000, 8.0, 65)]
    public async Task Growth_targets_follow_the_price(int price, int followers, double rate, int daily)
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync("instagram"), price);

        await KickOffAsync(fixture, order);

        var targets = JsonElement.Parse((await fixture.ScalarAsync<string>(
            "select (payload -> 'targets')::text from fulfillment_tasks where task_type = 'follower_growth'"))!);
        Assert.That(targets.GetProperty("followers").GetInt32(), Is.EqualTo(followers));
        Assert.That(targets.GetProperty("engagement_rate").GetDouble(), Is.EqualTo(rate));
        Assert.That(targets.GetProperty("daily_growth").GetInt32(), Is.EqualTo(daily));
        Assert.That(targets.GetProperty("duration_days").GetInt32(), Is.EqualTo(30));
    }

    [Test]
    public async Task A_configured_product_becomes_its_own_tasks_with_templates_as_written()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync("instagram", """
            {"tasks":[
              {"type":"Campaign_Optimization","title":"Tune it","schedule_offset_minutes":90,"max_retries":7,
               "execution":{"url":"https://x.example.com/{{ order.id }}"},"payload":{"a":1},"metadata":{"b":2}},
              {"type":"analytics_collection","scheduled_at":"2026-03-03T09:00:00Z","max_retries":-1},
              {"type":"unheard_of"}, 5, {"title":"typeless"}
            ]}
            """));

        await KickOffAsync(fixture, order);

        Assert.That(await PlanAsync(fixture, order), Is.EqualTo("campaign_optimization +1h, analytics_collection +24h"));
        var payload = JsonElement.Parse((await fixture.ScalarAsync<string>(
            "select payload::text from fulfillment_tasks where task_type = 'campaign_optimization' and max_retries = 7"))!);
        Assert.That(payload.GetProperty("execution").GetProperty("url").GetString(), Is.EqualTo("https://x.example.com/{{ order.id }}"));
        Assert.That(payload.GetProperty("context").GetProperty("order").GetProperty("id").GetGuid(), Is.EqualTo(order));
        Assert.That(payload.GetProperty("raw_payload").GetProperty("a").GetInt32(), Is.EqualTo(1));
        Assert.That(
            await fixture.ScalarAsync<int>("select max_retries from fulfillment_tasks where task_type = 'analytics_collection'"), Is.EqualTo(3));
    }

    [TestCase("content", null)]
    [TestCase("instagram", """{"tasks":[]}""")]
    [TestCase("instagram", """{"tasks":"soon"}""")]
    [TestCase("instagram", """{"tasks":[{"type":"unheard_of"}]}""")]
    public async Task Anything_else_becomes_one_promotion(string category, string? config)
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync(category, config));

        await KickOffAsync(fixture, order);

        Assert.That(await PlanAsync(fixture, order), Is.EqualTo("content_promotion +24h"));
    }

    [TestCase("processing")]
    [TestCase("on_hold")]
    [TestCase("canceled")]
    public async Task An_order_that_is_not_pending_is_skipped(string status)
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync(status);
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync());

        Assert.That(await KickOffAsync(fixture, order), Is.EqualTo(new KickoffOutcome.NotPending(status)));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from fulfillment_tasks"), Is.Zero);
    }

    [Test]
    public async Task Ten_concurrent_kick_offs_create_the_tasks_of_one()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync("instagram"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => KickOffAsync(fixture, order))));

        Assert.That(outcomes.OfType<KickoffOutcome.KickedOff>().ToArray(), Has.Length.EqualTo(1));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from fulfillment_tasks"), Is.EqualTo(4));
    }

    [Test]
    public async Task Items_without_a_product_create_no_tasks()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order);

        Assert.That(await KickOffAsync(fixture, order), Is.EqualTo(new KickoffOutcome.KickedOff(0, 0)));
    }

    [Test]
    public async Task Tasks_are_due_some_time_after_their_earliest_start()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(settings: new() { ["FULFILLMENT_DUE_MINUTES"] = "90" });
        var order = await fixture.Given.AnOrderAsync("pending");
        await fixture.Given.AnItemAsync(order, await fixture.Given.AProductAsync());

        await KickOffAsync(fixture, order);

        Assert.That(
            await fixture.ScalarAsync<TimeSpan>("select due_at - scheduled_at from fulfillment_tasks"), Is.EqualTo(TimeSpan.FromMinutes(90)));
    }

    private static Task<KickoffOutcome> KickOffAsync(FulfillmentFixture fixture, Guid order) =>
        fixture.Get<FulfillmentKickoff>().RunAsync(order, CancellationToken.None);

    private static Task<string?> PlanAsync(FulfillmentFixture fixture, Guid order) => fixture.ScalarAsync<string>(
        """
        select string_agg(t.task_type || ' +' || floor(extract(epoch from t.scheduled_at - @now) / 3600) || 'h', ', ' order by t.ordinal)
        from fulfillment_tasks t join order_items i on i.id = t.order_item_id where i.order_id = @order
        """,
        new { order, now = fixture.Clock.GetUtcNow() });
}
