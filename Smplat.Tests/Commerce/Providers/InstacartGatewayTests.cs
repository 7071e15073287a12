using System.Text.Json;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Providers.Instacart;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class InstacartGatewayTests
{
    private const ProviderId Instacart = ProviderId.Instacart;

    [Test]
    public async Task Every_figure_of_a_quote_is_an_estimate_and_says_so()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var quote = await fixture.QuotedAsync(Instacart);

        Assert.Multiple(() =>
        {
            Assert.That(quote.Pricing, Is.EqualTo(PricingMode.Estimated));
            Assert.That(quote.Estimates, Is.EquivalentTo(new[] { "items", "fees", "tax", "eta" }));
            Assert.That(quote.Warnings, Is.EqualTo(new[] { InstacartGateway.Warning }));
            Assert.That(quote.AffiliateUrl, Does.Contain("/store/shopping_lists/").And.Contain("LOOPGPT"));
        });
    }

    [Test]
    public async Task The_callers_price_hint_beats_other_providers_prices_and_those_beat_the_setting()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var butter = new RequestedItem("b", "salted butter", 2);
        var request = VendorFixture.Basket(butter, butter with { Id = "h", PriceHintCents = 400 }, new RequestedItem("x", "quince jam", 1));

        var blind = await fixture.QuotedAsync(Instacart, request);
        await fixture.QuotedAsync(ProviderId.KrogerApi, VendorFixture.Basket(butter));
        var informed = await fixture.QuotedAsync(Instacart, request with { CartHash = "again" });

        Assert.That(blind.Cart.Select(line => line.LineCents), Is.EqualTo(new long[] { 998, 800, 499 }));
        Assert.That(informed.Cart.Select(line => line.LineCents), Is.EqualTo(new long[] { 1262, 800, 499 }), "549 cents and 15 percent");
    }

    [Test]
    public async Task The_same_list_makes_one_link()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var basket = VendorFixture.Basket();

        var first = await fixture.QuotedAsync(Instacart, basket);
        var second = await fixture.QuotedAsync(Instacart, basket with { CartHash = "other", Address = basket.Address with { PostalCode = "10001" } });

        Assert.That(second.AffiliateUrl, Is.EqualTo(first.AffiliateUrl));
        Assert.That(fixture.Vendors.Instacart.Calls.CountOf("/products_link"), Is.EqualTo(1));
    }

    [Test]
    public async Task Quantities_are_sent_in_the_vendor_s_own_units()
    {
        await using var fixture = await VendorFixture.StartAsync();
        await fixture.QuotedAsync(Instacart, VendorFixture.Basket(
            new RequestedItem("a", "chicken breast", 2, "lbs"), new RequestedItem("b", "eggs", 1, "dozen"), new RequestedItem("c", "rice", 1.5m, "bag")));

        using var body = JsonDocument.Parse(fixture.Vendors.Instacart.Calls.To("/products_link").Single().Body);
        var measures = body.RootElement.GetProperty("line_items").EnumerateArray()
            .Select(line => line.GetProperty("line_item_measurements")[0])
            .Select(measure => (measure.GetProperty("quantity").GetDecimal(), measure.GetProperty("unit").GetString()));

        Assert.That(measures, Is.EqualTo(new (decimal, string?)[] { (2, "pound"), (12, "each"), (2, "each") }));
    }

    [Test]
    public async Task An_address_without_retailers_has_no_store()
    {
        await using var fixture = await VendorFixture.StartAsync();

        Assert.That(
            (await fixture.FailedAsync(Instacart, VendorFixture.BasketTo("99950"))).Code, Is.EqualTo(ProviderFailureCodes.NoStores));
    }

    [Test]
    public async Task A_revoked_key_is_a_refusal_with_its_status()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Instacart.RejectEveryone = true;

        Assert.That((await fixture.FailedAsync(Instacart)).Code, Is.EqualTo("HTTP_403"));
    }

    [Test]
    public async Task A_confirmation_hands_over_to_the_list()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var quote = await fixture.QuotedAsync(Instacart);

        var outcome = await fixture.Gateway(Instacart).ConfirmAsync(
            new ConfirmRequest(Guid.NewGuid(), "k", null, VendorFixture.Basket(), quote, null), VendorFixture.Config(Instacart), default);

        Assert.That(outcome, Is.EqualTo(new ConfirmOutcome.HandedOff(quote.AffiliateUrl!)));
    }

    [Test]
    public async Task A_recipe_becomes_a_link_of_its_own_kind()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var link = await fixture.Get<InstacartLinks>().ForRecipeAsync(
            "Pancakes",
            4,
            ["Mix", "Fry"],
            [new RequestedItem("f", "flour", 2, "cups"), new RequestedItem("e", "eggs", 2)],
            CallBudget.From(VendorFixture.Config(Instacart), TimeProvider.System),
            default);

        Assert.That(link.ProductsLinkUrl, Does.Contain("/store/recipes/"));
        Assert.That(fixture.Vendors.Instacart.Calls.To("/recipe").Single().Status, Is.EqualTo(200));
    }
}
