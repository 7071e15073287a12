using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Observability;
using Smplat.FakeVendors.Hosting;
using Smplat.FakeVendors.Stripe;

namespace Smplat.Tests.Payments;

/// <summary>An order has at most one open checkout session, and none once it is paid.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class SupersededSessionsTests
{
    private const string OpenSessions =
        "select count(*) from payments where order_id = @order and provider_session_id is not null and page_closed_at is null";

    [Test]
    public async Task A_newer_session_closes_the_older_one()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var elsewhere = await fixture.StartedAsync(await fixture.AnOrderAsync());

        var first = await fixture.StartedAsync(order);
        var second = await fixture.StartedAsync(order);

        Assert.That(fixture.SessionOf(first).Status, Is.EqualTo("expired"));
        Assert.That(fixture.SessionOf(second).Status, Is.EqualTo("open"));
        Assert.That(fixture.SessionOf(elsewhere).Status, Is.EqualTo("open"), "of another order");
        Assert.That(await fixture.Fulfillment.ScalarAsync<long>(OpenSessions, new { order }), Is.EqualTo(1));
        Assert.That(fixture.Stripe.Calls.CountOf("/expire"), Is.EqualTo(1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_new_session_is_created_even_when_the_old_one_cannot_be_closed_and_the_job_closes_that_later(bool hangs)
    {
        await using var fixture = await StripeFixture.CreateAsync(timeoutSeconds: 1);
        var order = await fixture.AnOrderAsync();
        var first = await fixture.StartedAsync(order);
        fixture.Stripe.Faults.Always(hangs ? new Fault.Hang() : new Fault.Status(503), $"/v1/checkout/sessions/{first.CheckoutSessionId}");

        var second = await fixture.StartedAsync(order);

        Assert.That(fixture.SessionOf(first).Status, Is.EqualTo("open"));
        fixture.Stripe.Faults.Clear();
        Assert.That(await ClosePagesAsync(fixture), Is.EqualTo((1, 0)));
        Assert.That(fixture.SessionOf(first).Status, Is.EqualTo("expired"));
        Assert.That(fixture.SessionOf(second).Status, Is.EqualTo("open"));
        Assert.That(await ClosePagesAsync(fixture), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task Sessions_that_cannot_be_closed_do_not_stop_the_job_from_closing_others()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        fixture.Stripe.Faults.Always(new Fault.Status(503), "/v1/checkout/sessions/");
        var old = new List<StartCheckoutOutcome.Started>();
        for (var page = 0; page < 6; page++)
        {
            var order = await fixture.AnOrderAsync();
            old.Add(await fixture.StartedAsync(order));
            await fixture.StartedAsync(order);
        }

        fixture.Stripe.Faults.Clear();
        foreach (var page in old.Where((_, index) => index % 2 == 1))
        {
            fixture.Stripe.Faults.Always(new Fault.Status(503), $"/v1/checkout/sessions/{page.CheckoutSessionId}");
        }

        Assert.That(await ClosePagesAsync(fixture), Is.EqualTo((3, 3)));
    }

    [Test]
    public async Task Of_sessions_created_concurrently_one_stays_open()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => fixture.StartAsync(order))));

        Assert.That(fixture.Stripe.Sessions.All.Count(session => session.Status == "open"), Is.EqualTo(1));
        Assert.That(await fixture.Fulfillment.ScalarAsync<long>(OpenSessions, new { order }), Is.EqualTo(1));
    }

    [Test]
    public async Task A_session_that_was_paid_in_the_meantime_counts_as_closed()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var first = await fixture.StartedAsync(order);
        fixture.SessionOf(first).TryLeave("complete");

        await fixture.StartedAsync(order);

        Assert.That(fixture.SessionOf(first).Status, Is.EqualTo("complete"));
        Assert.That(await fixture.Fulfillment.ScalarAsync<long>(OpenSessions, new { order }), Is.EqualTo(1));
    }

    [Test]
    public async Task When_an_order_is_paid_every_other_session_is_closed()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var first = await fixture.StartedAsync(order);
        fixture.Stripe.Faults.Next(new Fault.Status(500), 1, $"/v1/checkout/sessions/{first.CheckoutSessionId}");
        var second = await fixture.StartedAsync(order);

        await fixture.PayAsync(first);

        Assert.That(fixture.SessionOf(second).Status, Is.EqualTo("expired"));
    }

    [Test]
    public async Task A_canceled_order_can_no_longer_be_paid()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var page = await fixture.StartedAsync(order);
        await fixture.Fulfillment.ExecuteAsync("update orders set status = 'canceled' where id = @order", new { order });

        await ClosePagesAsync(fixture);

        Assert.That(fixture.SessionOf(page).Status, Is.EqualTo("expired"));
    }

    [Test]
    public async Task The_key_of_a_closed_session_returns_no_dead_link()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        await fixture.StartedAsync(order, "key-1");
        await fixture.StartedAsync(order, "key-2");

        Assert.That(await fixture.StartAsync(order, "key-1"), Is.EqualTo(new StartCheckoutOutcome.Refused(new SessionIsClosed())));
        Assert.That(await fixture.StartAsync(order, "key-2"), Is.TypeOf<StartCheckoutOutcome.Started>());
    }

    [Test]
    public async Task An_expired_session_is_not_closed_again_and_that_of_an_unknown_payment_is_ignored()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var page = await fixture.StartedAsync(order);

        await fixture.DeliverAsync("checkout.session.expired", fixture.SessionOf(page).ToObject(showIntent: false));
        var stranger = (WebhookOutcome.Accepted)await fixture.DeliverAsync("checkout.session.expired", new { id = "cs_of_nobody" });

        Assert.That(await fixture.Fulfillment.ScalarAsync<long>(OpenSessions, new { order }), Is.Zero);
        Assert.That(stranger.Result, Is.EqualTo(WebhookResult.Ignored));
    }

    [Test]
    public async Task A_duplicate_payment_is_counted_until_it_is_refunded()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var first = await fixture.StartedAsync(order);
        var second = await fixture.StartedAsync(order);

        await fixture.PayAsync(first);
        Assert.That(await SurplusAsync(fixture), Is.Zero);
        await fixture.PayAsync(second);
        await fixture.PayAsync(second);
        Assert.That(await SurplusAsync(fixture), Is.EqualTo(1));
        Assert.That(
            await fixture.Fulfillment.ScalarAsync<Guid>("select id from payments where is_surplus"), Is.EqualTo(second.PaymentId));

        await fixture.DeliverAsync(
            "charge.refunded", new { payment_intent = fixture.SessionOf(second).IntentId, amount_refunded = 10_000 });

        Assert.That(await SurplusAsync(fixture), Is.Zero);
    }

    [Test]
    public async Task Of_two_concurrent_payments_one_is_the_duplicate()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var order = await fixture.AnOrderAsync();
        var pages = new[] { await fixture.StartedAsync(order), await fixture.StartedAsync(order) };

        await Task.WhenAll(pages.Select(page => Task.Run(() => fixture.PayAsync(page))));

        Assert.That(await SurplusAsync(fixture), Is.EqualTo(1));
    }

    [Test]
    public async Task The_fake_vendor_expires_only_open_sessions_like_the_real_one()
    {
        await using var fixture = await StripeFixture.CreateAsync();
        var page = await fixture.StartedAsync(await fixture.AnOrderAsync());
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = fixture.Stripe.Address };
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

    private static Task<(int Closed, int Failed)> ClosePagesAsync(StripeFixture fixture) =>
        fixture.Fulfillment.Get<SupersededSessions>().CloseAsync(null, CancellationToken.None);

    private static async Task<double> SurplusAsync(StripeFixture fixture)
    {
        foreach (var source in fixture.Fulfillment.Get<IEnumerable<IMetricSource>>())
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
