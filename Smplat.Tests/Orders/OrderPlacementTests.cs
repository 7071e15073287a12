using Smplat.Core.Merchandising;
using Smplat.Core.Orders;
using Smplat.Tests.Fulfillment;

namespace Smplat.Tests.Orders;

public sealed class OrderPlacementTests
{
    [Test]
    public async Task An_order_is_stored_with_its_items_and_adds_up()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var product = await fixture.Given.AProductAsync();

        var placed = (PlaceOrderOutcome.Placed)await PlaceAsync(fixture, product, quantity: 2, total: 200);
        var order = (await fixture.Get<OrderQueries>().FindAsync(placed.Order.Id, CancellationToken.None))!;

        Assert.That((order.Status, order.Subtotal, order.Total, order.Tax), Is.EqualTo(("pending", 200m, 200m, 0m)));
        Assert.That(order.OrderNumber, Does.Match(@"^SM\d{6}$"));
        Assert.That(order.Items.Single().Quantity, Is.EqualTo(2));
    }

    [Test]
    public async Task Numbers_never_collide()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var product = await fixture.Given.AProductAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => PlaceAsync(fixture, product))));

        Assert.That(
            outcomes.Cast<PlaceOrderOutcome.Placed>().Select(placed => placed.Order.OrderNumber).Distinct().Count(), Is.EqualTo(40));
    }

    [Test]
    public async Task Numbers_grow_beyond_six_digits()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        await fixture.ExecuteAsync("select setval('order_number_seq', 999999)");

        var placed = (PlaceOrderOutcome.Placed)await PlaceAsync(fixture, null);

        Assert.That(placed.Order.OrderNumber, Is.EqualTo("SM1000000"));
    }

    [Test]
    public async Task The_same_key_places_one_order_even_concurrently()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => PlaceAsync(fixture, null, key: "key-1"))));

        Assert.That(outcomes.OfType<PlaceOrderOutcome.Placed>().ToArray(), Has.Length.EqualTo(1));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from orders"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_key_that_placed_another_order_is_refused()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        await PlaceAsync(fixture, null, key: "key-1");

        Assert.That(
            await PlaceAsync(fixture, null, key: "key-1", quantity: 2), Is.EqualTo(new PlaceOrderOutcome.Refused(new IdempotencyKeyReused())));
        Assert.That(await PlaceAsync(fixture, null, key: "key-1"), Is.TypeOf<PlaceOrderOutcome.PlacedBefore>());
    }

    [Test]
    public async Task Lines_keep_their_order_and_amounts_are_returned_as_stored()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();
        var command = new PlaceOrder
        {
            Items =
            [
                .. Enumerable.Range(0, 30).Select(
                    number => new PlaceOrderItem { ProductTitle = $"{number}", UnitPrice = 0.335m, TotalPrice = 0.335m }),
            ],
            RequestKey = "key-1",
        };

        var placed = ((PlaceOrderOutcome.Placed)await fixture.Get<OrderPlacement>().PlaceAsync(command, CancellationToken.None)).Order;
        var again = ((PlaceOrderOutcome.PlacedBefore)await fixture.Get<OrderPlacement>().PlaceAsync(command, CancellationToken.None)).Order;

        Assert.That(again.Items.Select(item => item.ProductTitle), Is.EqualTo(placed.Items.Select(item => item.ProductTitle)));
        Assert.That((placed.Total, again.Total, again.Items[0].UnitPrice), Is.EqualTo((10.2m, 10.2m, 0.34m)));
    }

    [Test]
    public async Task Unknown_products_users_currencies_and_sources_are_refused()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync();

        Assert.That(await PlaceAsync(fixture, Guid.NewGuid()), Is.EqualTo(new PlaceOrderOutcome.Refused(new ProductNotFound())));
        Assert.That(await PlaceAsync(fixture, null, user: Guid.NewGuid()), Is.EqualTo(new PlaceOrderOutcome.Refused(new UserNotFound())));
        Assert.That(await PlaceAsync(fixture, null, currency: "GBP"), Is.EqualTo(new PlaceOrderOutcome.Refused(new UnknownCurrency("GBP"))));
        Assert.That(await PlaceAsync(fixture, null, source: "fax"), Is.EqualTo(new PlaceOrderOutcome.Refused(new UnknownSource("fax"))));
        Assert.That(
            await PlaceAsync(fixture, null, total: PlaceOrder.MaxPrice, copies: 2), Is.EqualTo(new PlaceOrderOutcome.Refused(new AmountOutOfRange())));
        Assert.That(await fixture.ScalarAsync<long>("select count(*) from orders"), Is.Zero);
    }

    private static Task<PlaceOrderOutcome> PlaceAsync(
        FulfillmentFixture fixture,
        Guid? product,
        int quantity = 1,
        decimal total = 100,
        string? key = null,
        Guid? user = null,
        string currency = "EUR",
        string source = "checkout",
        int copies = 1) => fixture.Get<OrderPlacement>().PlaceAsync(
            new()
            {
                Items =
                [
                    .. Enumerable.Repeat(
                        new PlaceOrderItem { ProductId = product, ProductTitle = "A", Quantity = quantity, UnitPrice = 100, TotalPrice = total },
                        copies),
                ],
                Currency = currency,
                Source = source,
                UserId = user,
                RequestKey = key,
            },
            CancellationToken.None);
}
