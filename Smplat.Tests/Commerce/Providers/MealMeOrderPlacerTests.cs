using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors.Hosting;
using Smplat.FakeVendors.MealMe;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>An order is placed once, whatever happens to the calls and their answers.</summary>
[TestFixture(false)]
[TestFixture(true)]
[Parallelizable(ParallelScope.All)]
public sealed class MealMeOrderPlacerTests(bool satsuma)
{
    private const ProviderId MealMe = ProviderId.MealMe;

    private string PlacingPath => satsuma ? "/order/ord_" : "/order/finalize";

    [Test]
    public async Task A_confirmed_order_is_placed_and_found_again()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();

        var placed = await given.PlaceAsync(confirm);
        var found = await given.Gateway.FindOrderAsync(confirm, VendorFixture.Config(MealMe), default);

        Assert.That(placed, Is.InstanceOf<ConfirmOutcome.Placed>());
        Assert.That(given.Orders.All.Sum(order => order.TimesPlaced), Is.EqualTo(1));
        Assert.That(found, Is.InstanceOf<LookupOutcome.Found>()
            .With.Property("ProviderOrderId").EqualTo(((ConfirmOutcome.Placed)placed).ProviderOrderId));
        Assert.That(await given.StatusAsync(), Is.EqualTo("awaiting_confirmation"));
    }

    [Test]
    public async Task The_courier_gets_the_shopper_s_own_contact_and_missing_parts_come_from_the_settings()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();

        await given.PlaceAsync(confirm with { Contact = new ShopperContact("Ada Byron", null, "14155550100") });
        var order = given.Vendor.Calls.All.Last(call => call.Method == "POST" && call.BodyText.Contains("Ada Byron", StringComparison.Ordinal));

        Assert.That(order.BodyText, Does.Contain("14155550100").And.Contain("orders@example.com"));
        Assert.That($"{confirm with { Contact = new ShopperContact("Ada", "a@b", "1") }}", Does.Not.Contain("Ada"), "no log line may hold it");
    }

    [Test]
    public async Task A_repeated_confirmation_gives_the_same_order()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();

        var first = (ConfirmOutcome.Placed)await given.PlaceAsync(confirm);
        var second = (ConfirmOutcome.Placed)await given.PlaceAsync(confirm);

        Assert.That(second.ProviderOrderId, Is.EqualTo(first.ProviderOrderId));
        Assert.That(given.Orders.All.Sum(order => order.TimesPlaced), Is.EqualTo(1));
    }

    [Test]
    public async Task A_lost_answer_proves_nothing_and_the_lookup_finds_the_order()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        given.Vendor.Faults.Next(new Fault.ConnectionDrop(AfterHeaders: true), path: PlacingPath);

        var lost = await given.PlaceAsync(confirm);

        Assert.That(lost, Is.InstanceOf<ConfirmOutcome.Failed>().With.Property("ProvablyNothingPlaced").False);
        Assert.That(
            await given.Gateway.FindOrderAsync(confirm, VendorFixture.Config(MealMe), default), Is.InstanceOf<LookupOutcome.NotFound>());
        Assert.That(given.Vendor.Calls.All.Count(call => call.Path.StartsWith(PlacingPath, StringComparison.Ordinal) && call.Method == "POST"), Is.EqualTo(1), "placing is never repeated blindly");
    }

    [Test]
    public async Task An_order_is_not_made_again_while_a_submitted_one_is_unknown()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        given.Vendor.Faults.Next(new Fault.ConnectionDrop(), path: PlacingPath);
        await given.PlaceAsync(confirm);

        var again = await given.PlaceAsync(confirm);

        Assert.That(again, Is.InstanceOf<ConfirmOutcome.Failed>().With.Property("ProvablyNothingPlaced").False);
        Assert.That(given.Orders.All.Sum(order => order.TimesPlaced), Is.Zero);
    }

    [TestCase("canceled")]
    [TestCase("failed")]
    public async Task A_status_of_the_vendor_proves_that_the_order_is_dead_and_another_may_be_made(string status)
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        given.Vendor.Faults.Next(new Fault.ConnectionDrop(), path: PlacingPath);
        await given.PlaceAsync(confirm);
        given.Orders.All.Single(order => order.Id == given.Orders.All.Max(each => each.Id)).Status = status;

        Assert.That(
            await given.Gateway.FindOrderAsync(confirm, VendorFixture.Config(MealMe), default), Is.InstanceOf<LookupOutcome.Dead>());
        Assert.That(await given.PlaceAsync(confirm), Is.InstanceOf<ConfirmOutcome.Placed>());
    }

    [Test]
    public async Task A_process_that_no_longer_owns_the_confirmation_submits_nothing()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync() with { MaySubmitAsync = _ => Task.FromResult(false) };

        var outcome = await given.PlaceAsync(confirm);

        Assert.That(outcome, Is.InstanceOf<ConfirmOutcome.Failed>().With.Property("ProvablyNothingPlaced").True);
        Assert.That(given.Vendor.Calls.All.Count(call => call.Path.StartsWith(PlacingPath, StringComparison.Ordinal)), Is.Zero);
    }

    [Test]
    public async Task The_vendor_s_webhook_may_come_before_our_own_record()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        var next = int.Parse(given.Orders.All.Max(order => order.Id)![4..], System.Globalization.CultureInfo.InvariantCulture) + 1;
        await given.ExecuteAsync(
            $"insert into commerce.mealme_order (mealme_order_id, status) values ('ord_{next:D6}', 'in_progress')");

        Assert.That(await given.PlaceAsync(confirm), Is.InstanceOf<ConfirmOutcome.Placed>());
        Assert.That(await given.StatusAsync(), Is.EqualTo("in_progress"));
        Assert.That(
            await given.Gateway.FindOrderAsync(confirm, VendorFixture.Config(MealMe), default), Is.InstanceOf<LookupOutcome.Found>());
    }

    [Test]
    public async Task A_submit_that_is_answered_with_an_order_that_is_not_placed_books_nothing()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        var status = satsuma ? "Failed" : "canceled";
        given.Vendor.Faults.Next(
            new Fault.OddJson(satsuma
                ? $$"""{"data":{"id":"x","status":"{{status}}","subtotal":1} }"""
                : $$"""{"order_id":"x","status":"{{status}}","final_quote":{"subtotal":1} }"""),
            path: PlacingPath);

        Assert.That(
            await given.PlaceAsync(confirm), Is.InstanceOf<ConfirmOutcome.Failed>().With.Property("ProvablyNothingPlaced").True);
    }

    [Test]
    public async Task A_vendor_that_cannot_be_asked_leaves_the_order_unknown()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        given.Vendor.Faults.Next(new Fault.LostAnswer(), path: PlacingPath);
        await given.PlaceAsync(confirm);
        given.Vendor.Faults.Always(new Fault.Status(500));

        Assert.That(
            await given.Gateway.FindOrderAsync(confirm, VendorFixture.Config(MealMe), default), Is.InstanceOf<LookupOutcome.Unknown>());
    }

    [Test]
    public async Task A_refusal_proves_that_nothing_was_placed()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        given.Vendor.Faults.Next(new Fault.Status(422), path: PlacingPath);

        Assert.That(
            await given.PlaceAsync(confirm), Is.InstanceOf<ConfirmOutcome.Failed>().With.Property("ProvablyNothingPlaced").True);
    }

    [Test]
    public async Task A_price_increase_places_nothing()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        var cheap = confirm with { Quote = confirm.Quote with { Quote = new QuoteTotals(500, 0, 0) } };

        var outcome = await given.PlaceAsync(cheap);

        Assert.That(outcome, Is.InstanceOf<ConfirmOutcome.Failed>().With.Property("ProvablyNothingPlaced").True);
        Assert.That(given.Orders.All.Sum(order => order.TimesPlaced), Is.Zero);
    }

    [Test]
    public async Task A_declined_payment_is_reported_as_declined()
    {
        await using var given = await StartAsync();
        var confirm = await given.ConfirmAsync();
        given.Vendor.Faults.Next(new Fault.Status(402), path: PlacingPath);

        var outcome = await given.PlaceAsync(confirm);

        Assert.That(
            ((ConfirmOutcome.Failed)outcome).Failure.Code, Is.EqualTo(ProviderFailureCodes.PaymentDeclined));
    }

    private async Task<Given> StartAsync()
    {
        var db = await TestDatabase.CreateAsync();
        var fixture = await VendorFixture.StartAsync(satsuma, services => services.Replace(ServiceDescriptor.Singleton(db.DataSource)));
        return new Given(db, fixture, satsuma);
    }

    private sealed class Given(TestDatabase db, VendorFixture fixture, bool satsuma) : IAsyncDisposable
    {
        public IProviderGateway Gateway => fixture.Gateway(MealMe);

        public FakeVendor Vendor => satsuma ? fixture.Vendors.Satsuma : fixture.Vendors.MealMe;

        public FakeAggregatorOrders Orders => satsuma ? fixture.Vendors.Satsuma.Orders : fixture.Vendors.MealMe.Orders;

        public async Task<ConfirmRequest> ConfirmAsync() => new(
            Guid.NewGuid(), Guid.NewGuid().ToString("N"), "user-1", VendorFixture.Basket(), await fixture.QuotedAsync(MealMe),
            new PaymentMethod("card", "pm_card_visa"));

        public Task<ConfirmOutcome> PlaceAsync(ConfirmRequest confirm) =>
            Gateway.ConfirmAsync(confirm, VendorFixture.Config(MealMe), default);

        public async Task ExecuteAsync(string sql)
        {
            await using NpgsqlConnection connection = await db.DataSource.OpenConnectionAsync();
            await connection.ExecuteAsync(new CommandDefinition(sql));
        }

        public async Task<string> StatusAsync()
        {
            await using NpgsqlConnection connection = await db.DataSource.OpenConnectionAsync();
            return (await connection.ExecuteScalarAsync<string>(new CommandDefinition("select status from commerce.mealme_order")))!;
        }

        public async ValueTask DisposeAsync()
        {
            await fixture.DisposeAsync();
            await db.DisposeAsync();
        }
    }
}
