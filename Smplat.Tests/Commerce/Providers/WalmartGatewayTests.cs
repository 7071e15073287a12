using System.Security.Cryptography;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class WalmartGatewayTests
{
    private const ProviderId Walmart = ProviderId.WalmartApi;

    [Test]
    public async Task A_basket_is_priced_and_the_link_carries_the_quantities()
    {
        await using var fixture = await VendorFixture.StartAsync();

        var quote = await fixture.QuotedAsync(Walmart);

        Assert.Multiple(() =>
        {
            Assert.That(quote.ItemAvailability, Has.Count.EqualTo(3));
            Assert.That(quote.Cart.Select(line => line.Packs), Is.EqualTo(new int?[] { 2, 1, 3 }));
            Assert.That(
                Uri.UnescapeDataString(quote.AffiliateUrl!),
                Does.Contain($"{quote.Cart[0].ProviderSku}|2,{quote.Cart[1].ProviderSku}|1,{quote.Cart[2].ProviderSku}|3"));
            Assert.That(quote.AffiliateUrl, Does.Contain("walmart.com").And.Contain("LOOPGPT"));
            Assert.That(quote.Pricing, Is.EqualTo(PricingMode.Live));
            Assert.That(quote.Estimates, Is.EquivalentTo(new[] { "fees", "tax", "eta" }));
        });
    }

    [Test]
    [Prevents("P-0")]
    public async Task A_rejected_key_ends_the_quote_and_never_wins_the_routing()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.RejectEveryone = true;

        var failure = await fixture.FailedAsync(Walmart);

        Assert.That(failure.Code, Is.EqualTo("HTTP_401"));
        Assert.That(failure.Message, Is.EqualTo("Unauthorized"));
    }

    [Test]
    [Prevents("P-1")]
    public async Task A_key_of_another_partner_is_refused()
    {
        using var other = RSA.Create(2048);
        await using var fixture = await VendorFixture.StartAsync(
            ("WALMART_API_KEY", Convert.ToBase64String(other.ExportPkcs8PrivateKey())));

        Assert.That((await fixture.FailedAsync(Walmart)).Code, Is.EqualTo("HTTP_401"));
    }

    [Test]
    public async Task A_key_that_cannot_be_read_makes_the_provider_unhealthy_and_not_the_app()
    {
        await using var fixture = await VendorFixture.StartAsync(("WALMART_API_KEY", "not a key"));

        var failure = await fixture.FailedAsync(Walmart);
        var health = await fixture.Gateway(Walmart).CheckHealthAsync(VendorFixture.Config(Walmart), default);

        Assert.That(failure.Code, Is.EqualTo(ProviderFailureCodes.AuthFailed));
        Assert.That(failure.Message, Does.Not.Contain("not a key"));
        Assert.That(health.IsHealthy, Is.False);
    }

    [Test]
    public async Task The_key_may_be_a_pem_with_its_line_breaks_escaped()
    {
        await using var fixture = await VendorFixture.StartAsync();
        using var key = RSA.Create();
        key.ImportPkcs8PrivateKey(Convert.FromBase64String(fixture.Vendors.Walmart.PrivateKey), out _);
        fixture.Set("WALMART_API_KEY", key.ExportPkcs8PrivateKeyPem().Replace("\n", "\\n", StringComparison.Ordinal));

        Assert.That((await fixture.QuotedAsync(Walmart)).Cart, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_signature_is_renewed_before_the_vendor_stops_accepting_it()
    {
        var clock = new ShiftedClock();
        await using var fixture = await VendorFixture.StartAsync(clock);
        await fixture.QuotedAsync(Walmart);

        clock.Shift(TimeSpan.FromSeconds(170));
        await fixture.QuotedAsync(Walmart, VendorFixture.Basket(new RequestedItem("b", "butter", 1)));
        clock.Shift(TimeSpan.FromSeconds(170));
        await fixture.QuotedAsync(Walmart, VendorFixture.Basket(new RequestedItem("e", "eggs", 12)));

        var signatures = fixture.Vendors.Walmart.Calls.All.Select(call => call.Headers["WM_SEC.AUTH_SIGNATURE"]).Distinct();
        Assert.That(signatures.Count(), Is.EqualTo(3), "one a period, not one a call");
    }

    [Test]
    [Prevents("P-1")]
    public async Task The_store_list_may_be_bare_or_wrapped([Values] bool wrapped)
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Stores.WrapInObject = wrapped;

        Assert.That((await fixture.QuotedAsync(Walmart)).Store!.Name, Is.EqualTo("Walmart Supercenter"));
    }

    [Test]
    [Prevents("P-1")]
    public async Task A_low_stock_counts_as_in_stock_and_a_missing_price_as_unavailable()
    {
        await using var fixture = await VendorFixture.StartAsync();
        fixture.Vendors.Walmart.Items.Unpriced.Add("0003450015136");

        var quote = await fixture.QuotedAsync(Walmart, VendorFixture.Basket(
            new RequestedItem("butter", "salted butter", 1), new RequestedItem("sugar", "sugar", 4, "lb")));

        Assert.That(quote.ItemAvailability[0].Status, Is.EqualTo(AvailabilityStatus.Unavailable));
        Assert.That(quote.ItemAvailability[1].Status, Is.EqualTo(AvailabilityStatus.Found));
        Assert.That(quote.Cart.Single().Packs, Is.EqualTo(1), "four pounds are one bag");
    }

    [Test]
    public async Task A_confirmation_hands_over_to_the_filled_cart()
    {
        await using var fixture = await VendorFixture.StartAsync();
        var quote = await fixture.QuotedAsync(Walmart);

        var outcome = await fixture.Gateway(Walmart).ConfirmAsync(
            new ConfirmRequest(Guid.NewGuid(), "k", null, VendorFixture.Basket(), quote, null), VendorFixture.Config(Walmart), default);

        Assert.That(outcome, Is.EqualTo(new ConfirmOutcome.HandedOff(quote.AffiliateUrl!)));
    }

    [Test]
    public async Task Missing_credentials_are_an_error_and_not_a_mock_price()
    {
        await using var fixture = await VendorFixture.StartAsync(("WALMART_PARTNER_ID", ""));

        Assert.That((await fixture.FailedAsync(Walmart)).Code, Is.EqualTo(ProviderFailureCodes.MissingCredentials));
        Assert.That(fixture.Vendors.Walmart.Calls.All, Is.Empty);
    }
}
