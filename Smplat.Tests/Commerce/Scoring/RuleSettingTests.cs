using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Scoring;

public sealed class RuleSettingTests
{
    [Test]
    public async Task A_rule_is_switched_while_the_app_runs()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_MEALME_PRIORITY", "200"));

        var before = await app.RouteAsync(Baskets.Three());
        app.Settings.Change(("LOOPGPT_SCORE_PRIORITY_MODE", "centered"));
        var after = await app.RouteAsync(Baskets.Three());

        Assert.That(before.GetProperty("providerId").GetString(), Is.EqualTo("MEALME"));
        Assert.That(after.GetProperty("providerId").GetString(), Is.EqualTo("WALMART_API"));
    }

    [Test]
    [Prevents("D-2")]
    public async Task Sampled_decisions_are_scored_by_every_rule()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_SHADOW_SAMPLE_PERCENT", "100"));

        await app.RouteAsync(Baskets.Three());

        await Eventually.BecomesTrueAsync(
            async () => await app.ScalarAsync<long>("select count(*) from commerce.score_calculations") == 6 * 4, "all verdicts");
        Assert.That(
            await app.ScalarAsync<string>(
                """
                select string_agg(weighted_total::text, ' ' order by weighted_total desc)
                from commerce.score_calculations where rule = 'canonical'
                """),
            Is.EqualTo("136.1000 129.8000 115.0000 97.1500"));
        Assert.That(
            await app.ScalarAsync<decimal>("select agreement_pct from commerce.v_rule_agreement where rule = 'canonical'"), Is.EqualTo(100m));
    }

    [Test]
    public async Task Without_a_sample_nothing_is_scored_twice()
    {
        await using var app = await RouterFixture.StartAsync(("LOOPGPT_SHADOW_SAMPLE_PERCENT", "0"));

        await app.RouteAsync(Baskets.Three());
        await app.FlushLogAsync();

        Assert.That(await app.ScalarAsync<long>("select count(*) from commerce.score_calculations"), Is.Zero);
    }
}
