using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Routing;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class QuoteRaceTests
{
    private static readonly QuoteRequest Basket = Quotes.Request("Milk");
    private readonly List<ProviderAttempt> _late = [];

    [Test]
    public async Task All_answers_come_in_the_order_of_the_candidates()
    {
        var attempts = await RunAsync(new RouterOptions(), new FakeGateway(ProviderId.WalmartApi), new FakeGateway(ProviderId.MealMe));

        Assert.That(attempts.Select(attempt => attempt.Config.Id), Is.EqualTo(new[] { ProviderId.WalmartApi, ProviderId.MealMe }));
        Assert.That(attempts, Has.All.Property("IsViable").True);
    }

    [Test]
    [Prevents("H-4")]
    public async Task A_provider_that_ignores_cancellation_delays_the_answer_by_no_more_than_its_timeout()
    {
        var attempts = await RunAsync(
            new RouterOptions(), 2000, new FakeGateway(ProviderId.MealMe).Hang(), new FakeGateway(ProviderId.KrogerApi));

        var failure = attempts.Single(attempt => attempt.Config.Id == ProviderId.MealMe).Failure!;
        Assert.That((failure.Code, failure.Message), Is.EqualTo(("TIMEOUT", "Provider MEALME timed out after 2000ms")));
        Assert.That(failure.Retryable, Is.True);
        Assert.That(attempts.Single(attempt => attempt.Config.Id == ProviderId.KrogerApi).IsViable, Is.True);
    }

    [Test]
    [Prevents("H-4")]
    public async Task The_hard_deadline_ends_the_wait_for_everyone()
    {
        var watch = Stopwatch.StartNew();

        var attempts = await RunAsync(
            new RouterOptions { SoftDeadlineMs = 50, HardDeadlineMs = 150 },
            new FakeGateway(ProviderId.MealMe).Hang(),
            new FakeGateway(ProviderId.KrogerApi).Hang());

        Assert.That(attempts.Select(attempt => attempt.Failure!.Message), Is.EqualTo(new[]
        {
            "Provider MEALME timed out after 150ms", "Provider KROGER_API timed out after 150ms",
        }));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [Test]
    public async Task A_provider_that_blocks_its_thread_costs_only_its_own_quote()
    {
        using var release = new ManualResetEventSlim();
        var blocking = new FakeGateway(ProviderId.MealMe)
        {
            OnQuote = (_, _, _) =>
            {
                release.Wait(CancellationToken.None);
                throw new InvalidOperationException("late and broken");
            },
        };

        var attempts = await RunAsync(new RouterOptions(), 2000, blocking, new FakeGateway(ProviderId.KrogerApi));
        release.Set();

        Assert.That(attempts.Count(attempt => attempt.IsViable), Is.EqualTo(1));
    }

    [Test]
    public async Task After_the_soft_deadline_two_usable_quotes_are_enough_and_the_late_one_is_still_reported()
    {
        var release = new TaskCompletionSource();
        var slow = new FakeGateway(ProviderId.MealMe)
        {
            OnQuote = async (request, config, _) =>
            {
                await release.Task;
                return new QuoteOutcome.Quoted(Quotes.For(config, request));
            },
        };

        var attempts = await RunAsync(
            new RouterOptions { SoftDeadlineMs = 50 },
            slow,
            new FakeGateway(ProviderId.KrogerApi),
            new FakeGateway(ProviderId.WalmartApi));
        Assert.That(attempts.Select(attempt => attempt.Config.Id), Is.EqualTo(new[] { ProviderId.KrogerApi, ProviderId.WalmartApi }));

        release.SetResult();
        await Eventually.BecomesTrueAsync(() => _late.Count == 1, "the late quote");
        Assert.That(_late[0].IsViable, Is.True);
    }

    [Test]
    public async Task With_one_usable_quote_the_race_waits_while_another_is_still_possible()
    {
        var attempts = await RunAsync(
            new RouterOptions { SoftDeadlineMs = 10, HardDeadlineMs = 200 },
            new FakeGateway(ProviderId.MealMe).Hang(),
            new FakeGateway(ProviderId.KrogerApi));

        Assert.That(attempts, Has.Count.EqualTo(2), "the hanging provider was waited for until the hard deadline");
    }

    [Test]
    public async Task Any_exception_of_a_provider_becomes_its_failure()
    {
        var broken = new FakeGateway(ProviderId.MealMe) { OnQuote = (_, _, _) => throw new FormatException("secret text") };
        var refused = new FakeGateway(ProviderId.KrogerApi)
        {
            OnQuote = (_, config, _) => throw new ProviderFailureException(ProviderFailure.NoStores(config.Id)),
        };

        var attempts = await RunAsync(new RouterOptions(), broken, refused);

        Assert.That(attempts.Select(attempt => attempt.Failure!.Code), Is.EqualTo(new[] { "UNAVAILABLE", "NO_STORES" }));
        Assert.That(attempts[0].Failure!.Message, Does.Not.Contain("secret"));
    }

    [Test]
    public void A_caller_who_disconnects_ends_the_race()
    {
        using var gone = new CancellationTokenSource();
        var hanging = new FakeGateway(ProviderId.MealMe).Hang();
        var race = RunAsync(new RouterOptions(), 10_000, gone.Token, hanging);
        gone.Cancel();

        Assert.That(async () => await race, Throws.InstanceOf<OperationCanceledException>());
    }

    private Task<IReadOnlyList<ProviderAttempt>> RunAsync(RouterOptions options, params FakeGateway[] vendors) =>
        RunAsync(options, 10_000, vendors);

    private Task<IReadOnlyList<ProviderAttempt>> RunAsync(RouterOptions options, int timeoutMs, params FakeGateway[] vendors) =>
        RunAsync(options, timeoutMs, CancellationToken.None, vendors);

    private Task<IReadOnlyList<ProviderAttempt>> RunAsync(
        RouterOptions options, int timeoutMs, CancellationToken cancellationToken, params FakeGateway[] vendors)
    {
        var gateways = new ProviderGateways(
            vendors, new Monitor<RuntimeOptions>(new RuntimeOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        var race = new QuoteRace(gateways, TimeProvider.System);
        return race.RunAsync(
            Basket, [.. vendors.Select(vendor => Quotes.Config(vendor.Id, timeoutMs))], options, _late.Add, cancellationToken);
    }
}
