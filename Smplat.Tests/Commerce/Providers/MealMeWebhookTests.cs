using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers.MealMe;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class MealMeWebhookTests
{
    private const string Secret = "whsec-test";

    [Test]
    [Prevents("D-4")]
    public async Task A_signed_event_creates_or_updates_the_order_and_replaces_its_lines()
    {
        await using var db = await TestDatabase.CreateAsync();
        await TakeAsync(db, """{"orderId":"o1","status":"awaiting_confirmation","totals":{"subtotal":24.99,"fees":4.99,"tip":1,"total":30.98}}""");

        var outcome = await TakeAsync(
            db, """{"orderId":"o1","status":"in_progress","items":[{"sku":"s","name":"Rice","quantity":2,"price":3.5}]}""");

        Assert.That(outcome, Is.EqualTo(new MealMeWebhookOutcome.Taken(MealMeWebhookEffect.Applied)));
        Assert.That(await OrderAsync(db), Is.EqualTo(("in_progress", 3098L)));
        Assert.That(await ScalarAsync<long>(db, "select price_cents from commerce.mealme_order_item"), Is.EqualTo(350));
    }

    [Test]
    public async Task The_same_event_takes_effect_once_even_when_delivered_concurrently()
    {
        await using var db = await TestDatabase.CreateAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TakeAsync(
            db, """{"id":"evt_1","type":"order.confirmed","created":1772442000,"data":{"object":"order","id":"o1","total":3098}}""")));

        Assert.That(outcomes.Count(outcome => outcome is MealMeWebhookOutcome.Taken { Effect: MealMeWebhookEffect.Applied }), Is.EqualTo(1));
        Assert.That(outcomes.Count(outcome => outcome is MealMeWebhookOutcome.Taken { Effect: MealMeWebhookEffect.Repeated }), Is.EqualTo(7));
        Assert.That(await ScalarAsync<long>(db, "select count(*) from commerce.mealme_webhook_events"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_late_event_never_moves_an_order_back()
    {
        await using var db = await TestDatabase.CreateAsync();
        await TakeAsync(db, """{"orderId":"o1","status":"completed"}""");

        var late = await TakeAsync(db, """{"orderId":"o1","status":"in_progress"}""");

        Assert.That(late, Is.EqualTo(new MealMeWebhookOutcome.Taken(MealMeWebhookEffect.Outdated)));
        Assert.That((await OrderAsync(db)).Status, Is.EqualTo("completed"));
    }

    [Test]
    public async Task Between_two_final_states_the_vendor_s_own_time_decides()
    {
        await using var db = await TestDatabase.CreateAsync();
        await TakeAsync(db, """{"id":"e2","type":"order.cancelled","created":1772442300,"data":{"id":"o1"}}""");

        await TakeAsync(db, """{"id":"e1","type":"order.completed","created":1772442000,"data":{"id":"o1"}}""");

        Assert.That((await OrderAsync(db)).Status, Is.EqualTo("canceled"));
    }

    [TestCase("sha256=")]
    [TestCase("")]
    public async Task The_signature_may_carry_its_algorithm(string prefix)
    {
        await using var db = await TestDatabase.CreateAsync();
        var body = Encoding.UTF8.GetBytes("""{"orderId":"o1","status":"unplaced"}""");

        var outcome = await Webhook(db).TakeAsync(body, prefix + Sign(body), default);

        Assert.That(outcome, Is.InstanceOf<MealMeWebhookOutcome.Taken>());
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("zz")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [Prevents("D-4")]
    public async Task An_unsigned_event_changes_nothing(string? signature)
    {
        await using var db = await TestDatabase.CreateAsync();

        var outcome = await Webhook(db).TakeAsync(Encoding.UTF8.GetBytes("""{"orderId":"o1","status":"completed"}"""), signature, default);

        Assert.That(outcome, Is.InstanceOf<MealMeWebhookOutcome.NotTrusted>());
        Assert.That(await ScalarAsync<long>(db, "select count(*) from commerce.mealme_webhook_events"), Is.Zero);
    }

    [Test]
    public async Task An_event_from_last_week_is_refused()
    {
        await using var db = await TestDatabase.CreateAsync();

        var outcome = await TakeAsync(db, """{"id":"e","type":"order.completed","created":1771000000,"data":{"id":"o1"}}""");

        Assert.That(outcome, Is.InstanceOf<MealMeWebhookOutcome.NotTrusted>());
    }

    [Test]
    public async Task Without_a_secret_every_event_is_refused()
    {
        await using var db = await TestDatabase.CreateAsync();

        Assert.That(await Webhook(db, secret: null).TakeAsync("{}"u8.ToArray(), "x", default), Is.InstanceOf<MealMeWebhookOutcome.NotConfigured>());
    }

    [TestCase("no json")]
    [TestCase("[1]")]
    [TestCase("""{"orderId":"a\u0000b","status":"completed","raw":"\u0000"}""")]
    [TestCase("""{"orderId":"\ud800","status":"completed"}""")]
    [TestCase("""{"orderId":"o1","orderId":"o2","status":"completed"}""")]
    [TestCase("""{"orderId":"o","status":"completed","x":1e999999}""")]
    public async Task An_unreadable_event_is_the_sender_s_fault(string body)
    {
        await using var db = await TestDatabase.CreateAsync();

        Assert.That(await TakeAsync(db, body), Is.InstanceOf<MealMeWebhookOutcome.Unreadable>());
    }

    [TestCase("""{"id":"e","type":"inventory.low_stock","created":1772442000,"data":{"id":"p1"}}""")]
    [TestCase("""{"orderId":"o1","status":"teleported"}""")]
    [TestCase("{}")]
    public async Task An_event_about_no_order_is_stored_and_changes_none(string body)
    {
        await using var db = await TestDatabase.CreateAsync();

        Assert.That(await TakeAsync(db, body), Is.EqualTo(new MealMeWebhookOutcome.Taken(MealMeWebhookEffect.Noted)));
        Assert.That(await ScalarAsync<long>(db, "select count(*) from commerce.mealme_order"), Is.Zero);
    }

    private static Task<MealMeWebhookOutcome> TakeAsync(TestDatabase db, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return Webhook(db).TakeAsync(bytes, Sign(bytes), default);
    }

    private static MealMeWebhook Webhook(TestDatabase db, string? secret = Secret)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection([new("MEALME_WEBHOOK_SECRET", secret)]).Build());
        services.AddSettings<MealMeOptions>();
        var clock = new FixedClock(new DateTimeOffset(2026, 3, 2, 9, 5, 0, TimeSpan.Zero));
        return new MealMeWebhook(
            new MealMeOrderStore(db.DataSource), services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<MealMeOptions>>(), clock);
    }

    private static string Sign(byte[] body) => Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body));

    private static async Task<(string Status, long? Total)> OrderAsync(TestDatabase db)
    {
        await using var connection = await db.DataSource.OpenConnectionAsync();
        return await connection.QuerySingleAsync<(string, long?)>(
            new CommandDefinition("select status, total_cents from commerce.mealme_order"));
    }

    private static async Task<T> ScalarAsync<T>(TestDatabase db, string sql)
    {
        await using var connection = await db.DataSource.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql)))!;
    }
}
