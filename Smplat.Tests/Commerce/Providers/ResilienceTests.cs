using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class ResilienceTests
{
    [TestCase(0, 503, null, 10_000, 1.0, 200)]
    [TestCase(2, 503, null, 10_000, 1.0, 800)]
    [TestCase(2, null, null, 10_000, 0.5, 400)]
    [TestCase(0, 429, 3000, 10_000, 1.0, 3000)]
    [TestCase(0, 408, null, 10_000, 0.0, 0)]
    public void A_transient_fault_is_retried_after_a_delay(int attempt, int? status, int? retryAfterMs, int leftMs, double jitter, int expectedMs) =>
        Assert.That(
            VendorRetryPolicy.DelayBefore(attempt, status, Milliseconds(retryAfterMs), TimeSpan.FromMilliseconds(leftMs), jitter),
            Is.EqualTo(TimeSpan.FromMilliseconds(expectedMs)));

    [TestCase(400, null, 10_000)]
    [TestCase(401, null, 10_000)]
    [TestCase(404, null, 10_000)]
    [TestCase(503, null, 400)]
    [TestCase(429, 9_800, 10_000)]
    public void A_final_fault_or_a_spent_budget_is_not_retried(int status, int? retryAfterMs, int leftMs) =>
        Assert.That(
            VendorRetryPolicy.DelayBefore(0, status, Milliseconds(retryAfterMs), TimeSpan.FromMilliseconds(leftMs), 1), Is.Null);

    [TestCase(null, 10_000, 10_000)]
    [TestCase(100, 10_000, 2_100)]
    [TestCase(9_500, 10_000, 10_000)]
    [TestCase(100, 1_000, 1_000)]
    public void A_timeout_follows_the_usual_time_but_never_exceeds_the_setting(int? p95, int configured, int expected) =>
        Assert.That(
            AdaptiveTimeout.For(Milliseconds(p95), TimeSpan.FromMilliseconds(configured)),
            Is.EqualTo(TimeSpan.FromMilliseconds(expected)));

    [Test]
    public void A_percentile_needs_fifty_samples_of_the_last_quarter_of_an_hour()
    {
        var clock = new FixedClock();
        var window = new LatencyWindow(clock);
        for (var sample = 1; sample <= 100; sample++)
            window.Add(TimeSpan.FromMilliseconds(sample));

        Assert.That(window.P95, Is.EqualTo(TimeSpan.FromMilliseconds(95)));
        clock.Advance(TimeSpan.FromMinutes(16));
        Assert.That(window.P95, Is.Null);
    }

    [Test]
    public async Task A_provider_slower_than_usual_is_asked_twice_within_the_budget_and_the_first_answer_wins()
    {
        var clock = new FixedClock();
        var provider = new SlowProvider(clock);
        var gateway = new HedgingGateway(provider, Options(("LOOPGPT_HEDGING_ENABLED", "true"), ("LOOPGPT_HEDGING_BUDGET", "1")), clock);
        for (var time = 0; time < 60; time++)
            await gateway.QuoteAsync(VendorFixture.Basket(), VendorFixture.Config(ProviderId.MealMe), default);
        clock.Advance(TimeSpan.FromSeconds(2));
        provider.HangsNext = true;
        var before = provider.Asked;

        var running = gateway.QuoteAsync(VendorFixture.Basket(), VendorFixture.Config(ProviderId.MealMe), default);
        await Eventually.BecomesTrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(20));
                return running.IsCompleted;
            },
            "the duplicate answers");

        Assert.That(await running, Is.InstanceOf<QuoteOutcome.Quoted>());
        Assert.That(provider.Asked - before, Is.EqualTo(2));
    }

    [Test]
    public void Duplicates_are_a_share_of_all_calls()
    {
        var budget = new HedgeBudget();
        var spent = 0;
        for (var call = 0; call < 1000; call++)
        {
            budget.Earn(0.05);
            spent += budget.TrySpend() ? 1 : 0;
        }

        Assert.That(spent, Is.InRange(48, 50));
    }

    private static TimeSpan? Milliseconds(int? count) => count is { } number ? TimeSpan.FromMilliseconds(number) : null;

    private static IOptionsMonitor<ResilienceOptions> Options(params (string Name, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(entry => KeyValuePair.Create(entry.Name, (string?)entry.Value))).Build());
        services.AddSettings<ResilienceOptions>();
        return services.BuildServiceProvider().GetRequiredService<IOptionsMonitor<ResilienceOptions>>();
    }

    private sealed class SlowProvider(TimeProvider clock) : GatewayDecorator(new MockGateway(ProviderId.MealMe, clock))
    {
        public int Asked { get; private set; }

        public bool HangsNext { get; set; }

        public override async Task<QuoteOutcome> QuoteAsync(
            QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
        {
            Asked++;
            if (HangsNext)
            {
                HangsNext = false;
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return await base.QuoteAsync(request, config, cancellationToken);
        }
    }
}
