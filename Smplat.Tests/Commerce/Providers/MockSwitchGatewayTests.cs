using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

public sealed class MockSwitchGatewayTests
{
    private static readonly QuoteRequest Basket = Quotes.Request("Milk");

    [Test]
    public async Task The_mock_switch_bypasses_the_vendor()
    {
        var vendor = new FakeGateway(ProviderId.KrogerApi);

        var quote = await QuotedAsync(Gateway(vendor), Config() with { Mock = true });

        Assert.That(quote.Pricing, Is.EqualTo(PricingMode.Mock));
        Assert.That(vendor.QuoteCount, Is.Zero);
    }

    [TestCase("production")]
    [TestCase("staging")]
    [Prevents("P-5")]
    public async Task Missing_credentials_are_an_error_outside_a_local_run(string environment)
    {
        var failure = await FailedAsync(Gateway(null, environment), Config());

        Assert.That(failure.Code, Is.EqualTo("MISSING_CREDENTIALS"));
        Assert.That(failure.Retryable, Is.False);
    }

    [Test]
    public async Task Missing_credentials_in_a_local_run_give_mock_prices()
    {
        var quote = await QuotedAsync(Gateway(null, "local"), Config());

        Assert.That(quote.Pricing, Is.EqualTo(PricingMode.Mock));
    }

    [Test]
    [Prevents("D-6")]
    public async Task Bad_credentials_with_the_fallback_switch_give_a_mock_quote()
    {
        var vendor = new FakeGateway(ProviderId.KrogerApi).Fail(ProviderFailure.Http(ProviderId.KrogerApi, 401));

        var quote = await QuotedAsync(Gateway(vendor), Config() with { AllowMockFallback = true });

        Assert.That(quote.Raw!.Mode, Is.EqualTo("mock"));
        Assert.That(vendor.QuoteCount, Is.EqualTo(1));
    }

    [Test]
    public async Task Bad_credentials_without_the_switch_give_the_message_that_operators_search_for()
    {
        var vendor = new FakeGateway(ProviderId.WalmartApi).Fail(ProviderFailure.Http(ProviderId.WalmartApi, 401));

        var failure = await FailedAsync(Gateway(vendor), Config(ProviderId.WalmartApi));

        Assert.That((failure.Code, failure.Message, failure.Retryable), Is.EqualTo(("HTTP_401", "Unauthorized", false)));
    }

    [Test]
    public async Task Health_without_credentials_is_bad_and_with_the_mock_switch_good()
    {
        var gateway = Gateway(null, "local");

        var real = await gateway.CheckHealthAsync(Config(), CancellationToken.None);
        var mock = await gateway.CheckHealthAsync(Config() with { Mock = true }, CancellationToken.None);

        Assert.That((real.IsHealthy, real.Mode), Is.EqualTo((false, ProviderMode.Real)));
        Assert.That((mock.IsHealthy, mock.Mode), Is.EqualTo((true, ProviderMode.Mock)));
    }

    [Test]
    public async Task A_mock_quote_is_never_confirmed_at_the_vendor()
    {
        var vendor = new FakeGateway(ProviderId.MealMe);
        var gateway = Gateway(vendor);
        var quote = await QuotedAsync(gateway, Config(ProviderId.MealMe) with { Mock = true });

        var outcome = await gateway.ConfirmAsync(
            new ConfirmRequest(Guid.NewGuid(), "key", null, Basket, quote, null), Config(ProviderId.MealMe), CancellationToken.None);

        Assert.That(outcome, Is.InstanceOf<ConfirmOutcome.Placed>());
        Assert.That(vendor.ConfirmCount, Is.Zero);
    }

    private static MockSwitchGateway Gateway(IProviderGateway? vendor, string environment = "production") =>
        new(
            vendor,
            new MockGateway(vendor?.Id ?? ProviderId.KrogerApi, new FixedClock()),
            new Monitor<RuntimeOptions>(new RuntimeOptions { Environment = environment }),
            NullLogger<MockSwitchGateway>.Instance);

    private static ProviderConfig Config(ProviderId id = ProviderId.KrogerApi) => Quotes.Config(id);

    private static async Task<ProviderQuote> QuotedAsync(MockSwitchGateway gateway, ProviderConfig config) =>
        ((QuoteOutcome.Quoted)await gateway.QuoteAsync(Basket, config, CancellationToken.None)).Quote;

    private static async Task<ProviderFailure> FailedAsync(MockSwitchGateway gateway, ProviderConfig config) =>
        ((QuoteOutcome.Failed)await gateway.QuoteAsync(Basket, config, CancellationToken.None)).Failure;
}
