using Smplat.Core.Onboarding;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Onboarding;

/// <summary>The job that carries out what docs/analytics.md promises to forget of onboarding.</summary>
public sealed class OnboardingRetentionTests
{
    [Test]
    public async Task Old_interactions_lose_their_free_text_and_nothing_else()
    {
        var clock = new FixedClock();
        await using var api = await OnboardingFixture.StartAsync(clock, ("ONBOARDING_DETAILS_RETENTION_DAYS", "30"));
        await api.StartAsync(await api.AnOrderAsync());
        await AddAsync(api, "old", clock.GetUtcNow());
        clock.Advance(TimeSpan.FromDays(29));
        await AddAsync(api, "young", clock.GetUtcNow());
        clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));

        var first = await RunAsync(api, clock);
        var second = await RunAsync(api, clock);

        Assert.That((first.DidSomething, second.DidSomething), Is.EqualTo((true, false)));
        Assert.That(
            await api.RowsAsync<(string, string?, string)>(
                "select summary, details, channel from onboarding_interactions where summary in ('old', 'young') order by created_at"),
            Is.EqualTo(new (string, string?, string)[] { ("old", null, "email"), ("young", "what the client said", "email") }));
    }

    [Test]
    public async Task The_statement_clears_at_most_the_limit()
    {
        var clock = new FixedClock();
        await using var api = await OnboardingFixture.StartAsync(clock);
        await api.StartAsync(await api.AnOrderAsync());
        for (var count = 0; count < 5; count++)
        {
            await AddAsync(api, "old", clock.GetUtcNow());
        }

        var store = api.Get<JourneyHistoryStore>();
        var before = clock.GetUtcNow().AddSeconds(1);
        int[] cleared =
        [
            await store.ForgetDetailsAsync(before, 2, default),
            await store.ForgetDetailsAsync(before, 2, default),
            await store.ForgetDetailsAsync(before, 2, default),
        ];

        Assert.That(cleared, Is.EqualTo(new[] { 2, 2, 1 }));
    }

    private static Task AddAsync(OnboardingFixture api, string summary, DateTimeOffset now) => api.ExecuteAsync(
        """
        insert into onboarding_interactions (id, journey_id, actor_type, channel, summary, details, created_at)
        select gen_random_uuid(), id, 'client', 'email', @summary, 'what the client said', @now from onboarding_journeys
        """,
        new { summary, now });

    private static Task<JobReport> RunAsync(OnboardingFixture api, FixedClock clock) => api.Get<IEnumerable<IJob>>()
        .Single(job => job.Definition.Id == "onboarding-retention")
        .RunAsync(new JobRun(Guid.NewGuid(), "test", 1, clock.GetUtcNow()), default);
}
