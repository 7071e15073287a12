using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>Thresholds of requirements/004 that vendors which are slow, or do not take orders, provoke.</summary>
public sealed class ConfirmationAlertDrillTests
{
    // A little more than the 5,000 ms of the alerts; it really passes.
    private static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(5_200);

    [Test]
    public async Task Orders_that_go_to_another_provider_alert_from_ten_confirmations_on()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var alerts = Watch(app);
        await alerts.SeeAsync(6);
        alerts.Quiet("FailoverRate");

        for (var order = 0; order < 12; order++)
        {
            if (order == 8)
            {
                var down = ProviderFailure.Unavailable(ProviderId.MealMe);
                mealMe.OnConfirm = (_, _) => Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.Failed(down, true));
                await alerts.SeeAsync(2);
                alerts.Quiet("FailoverRate");
            }

            await app.ConfirmAsync(await app.TokenAsync());
        }

        await ShowsAsync(app, "loopgpt_failovers_total", 4);
        await alerts.SeeAsync(1);
        alerts.Fires("FailoverRate");
        await alerts.JudgeAsync();
    }

    [Test]
    public async Task Answers_that_take_more_than_five_seconds_alert()
    {
        var (mealMe, kroger) = ConfirmCalls.Vendors();
        await using var app = await ConfirmCalls.StartAsync(mealMe, kroger);
        var alerts = Watch(app);
        await alerts.SeeAsync(16);
        alerts.Quiet("HighLatency", "ConfirmLatency");

        mealMe.OnQuote = kroger.OnQuote = async (request, config, token) =>
        {
            await Task.Delay(TooLong, token);
            return new QuoteOutcome.Quoted(Quotes.For(config, request, 1000));
        };
        mealMe.OnConfirm = async (request, token) =>
        {
            await Task.Delay(TooLong, token);
            return new ConfirmOutcome.Placed($"late-{request.IdempotencyKey}", null, null);
        };
        await app.ConfirmAsync(await app.TokenAsync());
        await ShowsAsync(app, "loopgpt_confirm_latency_p95_ms", 4_500);
        await ShowsAsync(app, "loopgpt_router_latency_p95_ms", 4_500);
        await alerts.SeeAsync(8);
        alerts.Quiet("HighLatency", "ConfirmLatency");
        await alerts.SeeAsync(4);
        alerts.Fires("ConfirmLatency");
        await alerts.SeeAsync(5);
        alerts.Fires("HighLatency");

        await alerts.JudgeAsync();
    }

    private static AlertTimeline Watch(RouterFixture app)
    {
        app.Client.DefaultRequestHeaders.Authorization = new("Bearer", RouterFixture.Key);
        return new(app.Client);
    }

    private static Task ShowsAsync(RouterFixture app, string name, double atLeast) => Eventually.BecomesTrueAsync(
        async () =>
        {
            await app.FlushLogAsync();
            var feed = await app.Client.GetStringAsync("/api/v1/observability/prometheus");
            return Smplat.Tests.Platform.Observability.StrictExposition.Parse(feed).Where(sample => sample.Name == name).Sum(sample => sample.Value) >= atLeast;
        },
        $"{name} of {atLeast}");
}
