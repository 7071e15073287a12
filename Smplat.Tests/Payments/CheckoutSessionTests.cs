using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Observability;
using Smplat.FakeVendors.Hosting;
using Smplat.FakeVendors.Stripe;

namespace Smplat.Tests.Payments;

/// <summary>An order has one open page at most, and none once it is paid.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SupersededSessionsTests
{
    private const string OpenPages =
        "select count(*) from payments where order_id = @order and provider_session_id is not null and page_closed_at is null";

    [Test]
    public async Task A_newer_page_closes_the_older_one()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var elsewhere = await stage.StartedAsync(await stage.AnOrderAsync());

        var first = await stage.StartedAsync(order);
        var second = await stage.StartedAsync(order);

        Assert.That(stage.SessionOf(first).Status, Is.EqualTo("expired"));
        Assert.That(stage.SessionOf(second).Status, Is.EqualTo("open"));
        Assert.That(stage.SessionOf(elsewhere).Status, Is.EqualTo("open"), "of another order");
        Assert.That(await stage.World.ScalarAsync<long>(OpenPages, new { order }), Is.EqualTo(1));
        Assert.That(stage.Stripe.Calls.CountOf("/expire"), Is.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_new_page_is_there_also_when_the_old_one_cannot_be_closed_and_the_job_closes_it_later(bool hangs)
    {
        await using var stage = await StripeFixture.CreateAsync(timeoutSeconds: 1);
        var order = await stage.AnOrderAsync();
        var first = await stage.StartedAsync(order);
        stage.Stripe.Faults.Always(hangs ? new Fault.Hang() : new Fault.Status(503), $"/v1/checkout/sessions/{first.CheckoutSessionId}");

        var second = await stage.StartedAsync(order);

        Assert.That(stage.SessionOf(first).Status, Is.EqualTo("open"));
        stage.Stripe.Faults.Clear();
        Assert.That(await ClosePagesAsync(stage), Is.EqualTo((1, 0)));
        Assert.That(stage.SessionOf(first).Status, Is.EqualTo("expired"));
        Assert.That(stage.SessionOf(second).Status, Is.EqualTo("open"));
        Assert.That(await ClosePagesAsync(stage), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Pages_that_cannot_be_closed_keep_the_job_from_no_other()
    {
        await using var stage = await StripeFixture.CreateAsync();
        stage.Stripe.Faults.Always(new Fault.Status(503), "/v1/checkout/sessions/");
        var old = new List<StartCheckoutOutcome.Started>();
        for (var page = 0; page < 6; page++)
        {
            var order = await stage.AnOrderAsync();
            old.Add(await stage.StartedAsync(order));
            await stage.StartedAsync(order);
        }

        stage.Stripe.Faults.Clear();
        foreach (var page in old.Where((_, index) => index % 2 == 1))
        {
            stage.Stripe.Faults.Always(new Fault.Status(503), $"/v1/checkout/sessions/{page.CheckoutSessionId}");
        }

        Assert.That(await ClosePagesAsync(stage), Is.EqualTo((3, 3)));
    }

    [Test]
    public async Task Pages_made_at_the_same_time_leave_one()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => stage.StartAsync(order))));

        Assert.That(stage.Stripe.Sessions.All.Count(session => session.Status == "open"), Is.EqualTo(1));
        Assert.That(await stage.World.ScalarAsync<long>(OpenPages, new { order }), Is.EqualTo(1));
    }

    [Test]
    public async Task A_page_that_was_paid_meanwhile_counts_as_closed()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var first = await stage.StartedAsync(order);
        stage.SessionOf(first).TryLeave("complete");

        await stage.StartedAsync(order);

        Assert.That(stage.SessionOf(first).Status, Is.EqualTo("complete"));
        Assert.That(await stage.World.ScalarAsync<long>(OpenPages, new { order }), Is.EqualTo(1));
    }

    [Test]
    public async Task When_the_money_comes_every_other_page_is_closed()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var first = await stage.StartedAsync(order);
        stage.Stripe.Faults.Next(new Fault.Status(500), 1, $"/v1/checkout/sessions/{first.CheckoutSessionId}");
        var second = await stage.StartedAsync(order);

        await stage.PayAsync(first);

        Assert.That(stage.SessionOf(second).Status, Is.EqualTo("expired"));
    }

    [Test]
    public async Task A_canceled_order_cannot_be_paid_any_more()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var page = await stage.StartedAsync(order);
        await stage.World.ExecuteAsync("update orders set status = 'canceled' where id = @order", new { order });

        await ClosePagesAsync(stage);

        Assert.That(stage.SessionOf(page).Status, Is.EqualTo("expired"));
    }

    [Test]
    public async Task The_key_of_a_closed_page_gives_no_dead_link()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        await stage.StartedAsync(order, "key-1");
        await stage.StartedAsync(order, "key-2");

        Assert.That(await stage.StartAsync(order, "key-1"), Is.EqualTo(new StartCheckoutOutcome.Refused(new SessionIsClosed())));
        Assert.That(await stage.StartAsync(order, "key-2"), Is.TypeOf<StartCheckoutOutcome.Started>());
    }

    [Test]
    public async Task A_page_that_ended_by_itself_is_not_closed_again_and_a_strangers_waits_for_nothing()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var page = await stage.StartedAsync(order);

        await stage.DeliverAsync("checkout.session.expired", stage.SessionOf(page).ToObject(showIntent: false));
        var stranger = (WebhookOutcome.Accepted)await stage.DeliverAsync("checkout.session.expired", new { id = "cs_of_nobody" });

        Assert.That(await stage.World.ScalarAsync<long>(OpenPages, new { order }), Is.Zero);
        Assert.That(stranger.Result, Is.EqualTo(WebhookResult.Ignored));
    }

    [Test]
    public async Task A_second_payment_of_an_order_shows_until_it_is_refunded()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var first = await stage.StartedAsync(order);
        var second = await stage.StartedAsync(order);

        await stage.PayAsync(first);
        Assert.That(await SurplusAsync(stage), Is.Zero);
        await stage.PayAsync(second);
        await stage.PayAsync(second);
        Assert.That(await SurplusAsync(stage), Is.EqualTo(1));
        Assert.That(
            await stage.World.ScalarAsync<Guid>("select id from payments where is_surplus"), Is.EqualTo(second.PaymentId));

        await stage.DeliverAsync(
            "charge.refunded", new { payment_intent = stage.SessionOf(second).IntentId, amount_refunded = 10_000 });

        Assert.That(await SurplusAsync(stage), Is.Zero);
    }

    [Test]
    public async Task Of_two_payments_at_the_same_time_one_is_the_surplus()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var order = await stage.AnOrderAsync();
        var pages = new[] { await stage.StartedAsync(order), await stage.StartedAsync(order) };

        await Task.WhenAll(pages.Select(page => Task.Run(() => stage.PayAsync(page))));

        Assert.That(await SurplusAsync(stage), Is.EqualTo(1));
    }

    [Test]
    public async Task The_pretended_vendor_expires_open_sessions_only_as_the_real_one()
    {
        await using var stage = await StripeFixture.CreateAsync();
        var page = await stage.StartedAsync(await stage.AnOrderAsync());
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stage.Stripe.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", FakeStripe.SecretKey);
        var path = $"/v1/checkout/sessions/{page.CheckoutSessionId}/expire";

        var first = await ReadAsync(await client.PostAsync(path, null));
        var again = await client.PostAsync(path, null);
        var unknown = await client.PostAsync("/v1/checkout/sessions/cs_nobody/expire", null);

        Assert.That(first.GetProperty("status").GetString(), Is.EqualTo("expired"));
        Assert.That(first.TryGetProperty("url", out _), Is.False);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(
            (await ReadAsync(again)).GetProperty("error").GetProperty("message").GetString(), Does.EndWith("has a status of `expired`."));
        Assert.That(unknown.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    private static Task<(int Closed, int Failed)> ClosePagesAsync(StripeFixture stage) =>
        stage.World.Get<SupersededSessions>().CloseAsync(null, CancellationToken.None);

    private static async Task<double> SurplusAsync(StripeFixture stage)
    {
        foreach (var source in stage.World.Get<IEnumerable<IMetricSource>>())
        {
            if (source.Families.Any(family => family.Name == "smplat_payments_surplus"))
            {
                return (await source.ReadAsync(CancellationToken.None)).Single().Value;
            }
        }

        throw new InvalidOperationException("Nobody tells of surplus payments.");
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer) =>
        JsonElement.Parse(await answer.Content.ReadAsStringAsync());
}
