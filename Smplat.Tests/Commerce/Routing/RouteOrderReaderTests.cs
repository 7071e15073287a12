using System.Text;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class RouteOrderReaderTests
{
    [Test]
    [Prevents("H-1")]
    public void The_runbook_dialect_is_read()
    {
        var order = ReadOrder(Baskets.Of(
            """{"id":"a","name":"  Eggs ","quantity":2.5,"unit":"dozen","priceCents":399}""",
            ""","preferences":{"optimize":"speed","maxDeliveryMinutes":60,"excludeProviders":["KROGER_API"]}"""));

        Assert.That(order.Basket.Items, Is.EqualTo(new[] { new RequestedItem("a", "Eggs", 2.5m, "dozen", 399) }));
        Assert.That(order.Basket.Address, Is.EqualTo(new DeliveryAddress("San Francisco", "94102", "US", "CA", "123 Main St")));
        Assert.That(order.Preferences.OptimizeFor, Is.EqualTo(OptimizeFor.Speed));
        Assert.That(order.Preferences.MaxDeliveryMinutes, Is.EqualTo(60));
        Assert.That(order.Preferences.Excluded, Is.EqualTo(new[] { ProviderId.KrogerApi }));
        Assert.That(order.UserId, Is.Null);
    }

    [Test]
    [Prevents("H-2")]
    public void The_code_dialect_is_read()
    {
        var order = ReadOrder(
            """
            {"userId":"u1","items":[{"name":"Brown Rice","quantity":"1 lb","preferences":{"brand":"Acme"}}],
             "location":{"city":"Austin","state":"TX","zip":"73301-1234"},
             "preferences":{"optimizeFor":"price","maxDeliveryTimeMinutes":45,"maxDeliveryFee":4.99,"maxPrice":50,
                            "preferredProviders":["WALMART_API"],"avoidProviders":["MEALME"]}}
            """);

        Assert.That(order.UserId, Is.EqualTo("u1"));
        var item = order.Basket.Items.Single();
        Assert.That((item.Id, item.Quantity, item.Unit), Is.EqualTo(("brown-rice-0", 1m, "lb")));
        Assert.That(item.Preferences, Contains.Key("brand").WithValue("Acme"));
        Assert.That(order.Basket.Address.PostalCode, Is.EqualTo("73301-1234"));
        Assert.That(order.Preferences.MaxDeliveryFeeCents, Is.EqualTo(499));
        Assert.That(order.Preferences.MaxPriceCents, Is.EqualTo(5000));
        Assert.That(order.Preferences.Preferred, Is.EqualTo(new[] { ProviderId.WalmartApi }));
        Assert.That(order.Preferences.Excluded, Is.EqualTo(new[] { ProviderId.MealMe }));
        Assert.That(order.Preferences.AllowSplitOrders, Is.False);
    }

    [Test]
    public void The_tool_dialect_is_read_and_allows_splits()
    {
        var order = ReadOrder(
            """
            {"user_id":"u2","items":["Milk",{"name":"Eggs","quantity":2}],
             "delivery_address":{"street":"1 Main","city":"Boston","state":"ma","zip":"02101"},
             "preferences":{"max_delivery_time_minutes":90,"preferred_providers":["kroger","nobody"],"split_strategy":"speed"}}
            """);

        Assert.That(order.Basket.Items.Select(item => (item.Id, item.Name, item.Quantity)), Is.EqualTo(new[]
        {
            ("milk-0", "Milk", 1m), ("eggs-1", "Eggs", 2m),
        }));
        Assert.That(order.Basket.Address.State, Is.EqualTo("MA"));
        Assert.That(order.Preferences.AllowSplitOrders, Is.True);
        Assert.That(order.Preferences.SplitStrategy, Is.EqualTo(SplitStrategy.Speed));
        Assert.That(order.Warnings, Has.Count.EqualTo(1));
    }

    [TestCase("""{"name":"Rice","quantity":"abc"}""")]
    public void A_quantity_that_cannot_be_read_counts_as_one_with_a_warning(string item)
    {
        var order = ReadOrder(Baskets.Of(item));

        Assert.That(order.Basket.Items[0].Quantity, Is.EqualTo(1));
        Assert.That(order.Warnings.Single(), Does.Contain("items[0].quantity"));
    }

    [Test]
    public void Health_check_needs_no_items() =>
        Assert.That(Read("""{"action":"health_check"}"""), Is.InstanceOf<RouteReading.HealthCheck>());

    [Test]
    public void The_hash_of_a_basket_ignores_order_case_and_number_format()
    {
        var first = ReadOrder(Baskets.Of("""{"id":"a","name":"Eggs","quantity":1.50},{"id":"b","name":"Milk"}"""));
        var second = ReadOrder(Baskets.Of("""{"id":"b","name":"milk","quantity":1},{"id":"a","name":"EGGS","quantity":1.5}"""));
        var other = ReadOrder(Baskets.Of("""{"id":"b","name":"milk","quantity":2},{"id":"a","name":"EGGS","quantity":1.5}"""));

        Assert.That(second.Basket.CartHash, Is.EqualTo(first.Basket.CartHash));
        Assert.That(other.Basket.CartHash, Is.Not.EqualTo(first.Basket.CartHash));
    }

    [Test]
    public void Control_characters_never_get_in()
    {
        var order = ReadOrder(Baskets.Of("""{"id":"a","name":"Eg\u0000gs\n"}"""));

        Assert.That(order.Basket.Items[0].Name, Is.EqualTo("Eg gs"));
    }

    private static RouteOrder ReadOrder(string json)
    {
        var reading = Read(json);
        Assert.That(reading, Is.InstanceOf<RouteReading.Order>(), (reading as RouteReading.Refused)?.Refusal.Message);
        return ((RouteReading.Order)reading).Request;
    }

    private static RouteReading Read(string json) => RouteOrderReader.Read(Encoding.UTF8.GetBytes(json));
}
