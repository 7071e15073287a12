using Smplat.Cli;
using Smplat.Tests.Support;

namespace Smplat.Tests.Onboarding;

/// <summary><c>smplat onboarding nudges</c> and <c>smplat events</c>: what operators type.</summary>
[NonParallelizable]
public sealed class NudgeCommandTests
{
    private readonly FixedClock _past = new(TimeProvider.System.GetUtcNow().AddDays(-3));
    private OnboardingFixture _api = null!;
    private string[] _at = [];

    [SetUp]
    public async Task StartAsync()
    {
        _api = await OnboardingFixture.StartAsync(_past);
        _at = ["--database", _api.ConnectionString];
        await _api.StartAsync(await _api.AnOrderAsync());
    }

    [TearDown]
    public ValueTask StopAsync() => _api.DisposeAsync();

    [Test]
    public async Task A_dry_run_writes_nothing_and_a_run_queues_one_message()
    {
        var dry = await CommandLine.RunAsync(["onboarding", "nudges", "--idle-hours", "24", "--limit", "100", "--dry-run", .. _at]);
        var untouched = await _api.CountAsync("notification_outbox") + await _api.CountAsync("onboarding_interactions");
        _past.Advance(TimeSpan.FromDays(3));
        var real = await CommandLine.RunAsync(["onboarding", "nudges", "--triggered-by", "on-call", "--skip-readiness", "--base-url", _api.Address]);

        Assert.That((dry, untouched, real), Is.EqualTo((0, 0L, 0)));
        Assert.That(await _api.CountAsync("notification_outbox"), Is.EqualTo(1));
        Assert.That(await _api.CountAsync("onboarding_interactions", "metadata -> 'nudge' ->> 'triggered_by' = 'on-call'"), Is.EqualTo(3));
    }

    [TestCase("onboarding", "nudges", "--idle-hours", "0")]
    [TestCase("onboarding", "nudges", "--limit", "0")]
    [TestCase("onboarding", "nudges", "--limit", "many")]
    [TestCase("events", "replay", "--limit", "0")]
    public async Task Invalid_arguments_exit_with_2(params string[] args) =>
        Assert.That(await CommandLine.RunAsync([.. args, .. _at]), Is.EqualTo(CommandLine.UsageError));

    [Test]
    public async Task Rejected_events_are_listed_and_replayed()
    {
        await _api.SendAsync(HttpMethod.Post, "/api/v1/analytics/offer-events", """{"offer_slug":"a"}""");

        Assert.That(await CommandLine.RunAsync(["events", "rejected", "--code", "missing", "--base-url", _api.Address]), Is.Zero);
        Assert.That(await CommandLine.RunAsync(["events", "replay", "--yes", "--base-url", _api.Address]), Is.Zero);
        Assert.That(await _api.CountAsync("rejected_event", "attempts = 1 and status = 'waiting'"), Is.EqualTo(1));
    }
}
