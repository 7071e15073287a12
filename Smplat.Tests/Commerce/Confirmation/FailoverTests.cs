using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Confirmation;

public sealed class FailoverTests
{
    private static readonly ProviderFailure Down = ProviderFailure.Unavailable(ProviderId.MealMe);

    [Test]
    [Prevents("O-3")]
    public async Task A_provider_that_provably_took_nothing_is_replaced_by_the_alternative()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = (_, _) => Failed(Down, provablyNothing: true);
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(answer.GetProperty("provider").GetString(), Is.EqualTo("KROGER_API"));
        Assert.That(answer.GetProperty("failoverFrom").GetString(), Is.EqualTo("MEALME"));
        Assert.That(answer.GetProperty("failoverAttempted").GetBoolean(), Is.True);
        Assert.That(
            await app.ScalarAsync<string>("select string_agg(provider_id || ':' || outcome, ',' order by created_at, outcome) from commerce.order_outcomes"),
            Is.EqualTo("MEALME:failed,KROGER_API:success"), "one failure and one success are learned");
    }

    [Test]
    public async Task When_both_fail_the_order_failed_and_both_failures_are_learned()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = kroger.OnConfirm = (_, _) => Failed(Down, provablyNothing: true);
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.False);
        Assert.That(answer.Error(), Is.EqualTo("ORDER_FAILED"));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.order_outcomes where outcome = 'failed'"), Is.EqualTo(2));
        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.orders"), Is.Zero);
    }

    private static IEnumerable<TestCaseData> FinalFailures()
    {
        yield return Case("declined card with a 5 in it", new ProviderFailure("PAYMENT_DECLINED", "card ending in 5555", true));
        yield return Case("refused address", new ProviderFailure("INVALID_ADDRESS", "no such street", true));
        yield return Case("bad request", ProviderFailure.Http(ProviderId.MealMe, 400));
        yield return Case("unknown code", new ProviderFailure("SOMETHING_NEW", "?", true));
        yield return Case("not retryable", Down with { Retryable = false });

        static TestCaseData Case(string name, ProviderFailure failure) => new TestCaseData(failure).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(FinalFailures))]
    [Prevents("O-2")]
    public async Task A_final_failure_is_never_tried_elsewhere(ProviderFailure failure)
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = (_, _) => Failed(failure, provablyNothing: true);
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.False);
        Assert.That(answer.GetProperty("failoverAttempted").GetBoolean(), Is.False);
        Assert.That(kroger.ConfirmCount, Is.Zero);
    }

    [Test]
    [Prevents("O-2")]
    public async Task A_lost_answer_is_looked_up_before_anything_else()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = (_, _) => Failed(ProviderFailure.Timeout(ProviderId.MealMe, 1), provablyNothing: false);
        mealMe.OnFind = _ => new LookupOutcome.Found("vendor-7", null);
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True);
        Assert.That(await app.ScalarAsync<string>("select provider_order_id from commerce.orders"), Is.EqualTo("vendor-7"));
        Assert.That(kroger.ConfirmCount, Is.Zero);
    }

    [Test]
    public async Task An_order_that_the_provider_does_not_show_after_a_lost_answer_is_unknown_and_nothing_is_ordered_elsewhere()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = (_, _) => Failed(ProviderFailure.Timeout(ProviderId.MealMe, 1), provablyNothing: false);
        mealMe.OnFind = _ => new LookupOutcome.NotFound();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(answer.GetProperty("success").GetBoolean(), Is.False);
        Assert.That(answer.Error(), Is.EqualTo("CONFIRMATION_IN_PROGRESS"));
        Assert.That(kroger.ConfirmCount, Is.Zero);
    }

    [Test]
    public async Task An_order_that_its_provider_shows_as_dead_goes_to_the_alternative()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = (_, _) => Failed(ProviderFailure.Timeout(ProviderId.MealMe, 1), provablyNothing: false);
        mealMe.OnFind = _ => new LookupOutcome.Dead("canceled");
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(answer.GetProperty("provider").GetString(), Is.EqualTo("KROGER_API"));
        Assert.That(mealMe.ConfirmCount, Is.EqualTo(1));
    }

    [Test]
    public async Task While_the_outcome_is_unknown_nothing_is_ordered_elsewhere_and_the_answer_says_so()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = (_, _) => new TaskCompletionSource<ConfirmOutcome>().Task;
        mealMe.OnFind = _ => new LookupOutcome.Unknown("no answer");
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_MEALME_TIMEOUT", "150"));
        var token = await app.TokenAsync();

        var answer = await app.ConfirmAsync(token);
        var repeated = await app.ConfirmAsync(token);

        Assert.That(answer.Error(), Is.EqualTo("CONFIRMATION_IN_PROGRESS"));
        Assert.That(repeated.Error(), Is.EqualTo("CONFIRMATION_IN_PROGRESS"));
        Assert.That(mealMe.ConfirmCount, Is.EqualTo(1));
        Assert.That(kroger.ConfirmCount, Is.Zero);
        Assert.That(await app.ScalarAsync<string>("select outcome from commerce.order_attempts"), Is.EqualTo("unknown"));
    }

    [Test]
    public async Task An_alternative_that_is_more_expensive_than_agreed_is_not_used()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        kroger.At(1100);
        mealMe.OnConfirm = (_, _) => Failed(Down, provablyNothing: true);
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);

        var answer = await app.ConfirmAsync(await app.TokenAsync());

        Assert.That(answer.Error(), Is.EqualTo("ORDER_FAILED"));
        Assert.That(kroger.ConfirmCount, Is.Zero);
    }

    [Test]
    public async Task A_provider_that_was_switched_off_in_the_meantime_gets_no_order()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var token = await app.TokenAsync();
        app.Settings.Change(("LOOPGPT_ENABLE_MEALME", "false"));

        var answer = await app.ConfirmAsync(token);

        Assert.That(mealMe.ConfirmCount, Is.Zero);
        Assert.That(answer.GetProperty("provider").GetString(), Is.EqualTo("KROGER_API"));
    }

    [Test]
    public async Task The_failover_can_be_switched_off()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        mealMe.OnConfirm = (_, _) => Failed(Down, provablyNothing: true);
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger, ("LOOPGPT_CONFIRM_FAILOVER", "false"));

        Assert.That((await app.ConfirmAsync(await app.TokenAsync())).Error(), Is.EqualTo("ORDER_FAILED"));
        Assert.That(kroger.ConfirmCount, Is.Zero);
    }

    private static Task<ConfirmOutcome> Failed(ProviderFailure failure, bool provablyNothing) =>
        Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.Failed(failure, provablyNothing));
}
