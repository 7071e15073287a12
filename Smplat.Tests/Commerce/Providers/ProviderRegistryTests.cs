using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Acceptance list R1 to R3, with settings that change while the app runs.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ProviderRegistryTests
{
    private readonly LiveSettingsSource _settings = new();

    [Test]
    public void By_default_only_the_aggregators_take_part() =>
        Assert.That(Enabled(Registry()), Is.EqualTo(new[] { ProviderId.MealMe, ProviderId.Instacart }));

    [Test]
    [Prevents("P-6")]
    public void Enabling_both_direct_providers_takes_effect_immediately_in_priority_order()
    {
        var registry = Registry();
        _ = registry.Enabled;

        _settings.Change(("LOOPGPT_ENABLE_KROGER", "true"), ("LOOPGPT_ENABLE_WALMART", "1"));

        Assert.That(Enabled(registry), Is.EqualTo(new[]
        {
            ProviderId.KrogerApi, ProviderId.WalmartApi, ProviderId.MealMe, ProviderId.Instacart,
        }));
    }

    [Test]
    [Prevents("P-6")]
    public void An_aggregator_can_be_switched_off()
    {
        var registry = Registry();
        _settings.Change(("LOOPGPT_ENABLE_MEALME", "false"));

        Assert.That(Enabled(registry), Is.EqualTo(new[] { ProviderId.Instacart }));
    }

    [Test]
    public void The_prefer_switch_adds_20_to_the_priority()
    {
        var registry = Registry();
        _settings.Change(("LOOPGPT_PREFER_DIRECT_WALMART", "yes"), ("LOOPGPT_WALMART_PRIORITY", "35"));

        Assert.That(registry.Find(ProviderId.WalmartApi).Priority, Is.EqualTo(55));
    }

    [Test]
    public void Timeouts_and_commissions_are_settings()
    {
        var registry = Registry();
        _settings.Change(("LOOPGPT_KROGER_TIMEOUT", "5500"), ("LOOPGPT_MEALME_COMMISSION", "0.05"));

        Assert.That(registry.Find(ProviderId.KrogerApi).TimeoutMs, Is.EqualTo(5500));
        Assert.That(registry.Find(ProviderId.MealMe).CommissionRate, Is.EqualTo(0.05m));
    }

    [Test]
    public void A_bad_value_leaves_the_last_good_one_in_use()
    {
        var registry = Registry();
        _settings.Change(("LOOPGPT_KROGER_TIMEOUT", "5500"));
        _ = registry.All;

        _settings.Change(("LOOPGPT_KROGER_TIMEOUT", "soon"));

        Assert.That(registry.Find(ProviderId.KrogerApi).TimeoutMs, Is.EqualTo(5500));
    }

    private ProviderRegistry Registry()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Add(_settings).Build());
        services.AddSingleton<ILoggerFactory, LoggerFactory>();
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        services.AddCommerce();
        return services.BuildServiceProvider().GetRequiredService<ProviderRegistry>();
    }

    private static IEnumerable<ProviderId> Enabled(ProviderRegistry registry) => registry.Enabled.Select(config => config.Id);
}
