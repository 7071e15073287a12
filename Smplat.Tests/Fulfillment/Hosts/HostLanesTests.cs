using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Fulfillment.Execution;
using Smplat.Core.Fulfillment.Hosts;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment.Hosts;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HostLanesTests
{
    private static readonly Uri Partner = new("https://partner.example/tasks");
    private static readonly Uri Other = new("https://other.example/tasks");

    private readonly FixedClock _clock = new();

    [Test]
    public async Task A_host_that_fails_is_left_alone_and_the_others_are_not()
    {
        var lanes = Lanes(new() { BreakerFailures = 3 });
        await FailAsync(lanes, 3);

        var paused = await Assert.ThrowsAsync<HostPausedException>(() => lanes.CallAsync(Partner, Answer(200), CancellationToken.None));

        Assert.That(paused!.Wait, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(paused.Message, Does.Contain("partner.example"));
        Assert.That((await lanes.CallAsync(Other, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task One_call_tries_it_again_and_a_good_answer_opens_the_way()
    {
        var lanes = Lanes(new() { BreakerFailures = 3, BreakerSeconds = 10 });
        await FailAsync(lanes, 3);
        _clock.Advance(TimeSpan.FromSeconds(10));

        var trial = new TaskCompletionSource<CallResult>();
        var trying = lanes.CallAsync(Partner, _ => trial.Task, CancellationToken.None);
        await Assert.ThrowsAsync<HostPausedException>(() => lanes.CallAsync(Partner, Answer(200), CancellationToken.None));
        trial.SetResult(Result(200));
        await trying;

        Assert.That((await lanes.CallAsync(Partner, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_failed_trial_doubles_the_pause()
    {
        var lanes = Lanes(new() { BreakerFailures = 3, BreakerSeconds = 10 });
        await FailAsync(lanes, 3);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await FailAsync(lanes, 1);

        var paused = await Assert.ThrowsAsync<HostPausedException>(() => lanes.CallAsync(Partner, Answer(200), CancellationToken.None));

        Assert.That(paused!.Wait, Is.EqualTo(TimeSpan.FromSeconds(20)));
    }

    [TestCase(0, 30)]
    [TestCase(1, 60)]
    [TestCase(3, 240)]
    [TestCase(4, 300)]
    [TestCase(1_000_000, 300)]
    public void Pauses_end(int failedTrials, int seconds) =>
        Assert.That(HostPausePolicy.Pause(30, failedTrials), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase(400)]
    [TestCase(404)]
    [TestCase(429)]
    public async Task A_refusal_says_nothing_about_the_host(int status)
    {
        var lanes = Lanes(new() { BreakerFailures = 2 });
        for (var i = 0; i < 10; i++)
        {
            await lanes.CallAsync(Partner, Answer(status), CancellationToken.None);
        }

        Assert.That((await lanes.CallAsync(Partner, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Silence_counts_as_failure_and_a_stop_does_not()
    {
        var lanes = Lanes(new() { BreakerFailures = 2 });
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        for (var i = 0; i < 4; i++)
        {
            await Assert.CatchAsync<OperationCanceledException>(() => lanes.CallAsync(Partner, BrokenOff, stopped.Token));
        }

        for (var i = 0; i < 2; i++)
        {
            await Assert.CatchAsync<OperationCanceledException>(() => lanes.CallAsync(Partner, BrokenOff, CancellationToken.None));
        }

        await Assert.ThrowsAsync<HostPausedException>(() => lanes.CallAsync(Partner, Answer(200), CancellationToken.None));
    }

    [Test]
    public async Task A_host_gets_no_more_calls_side_by_side_than_the_setting_says()
    {
        var lanes = Lanes(new() { Parallelism = 2 });
        var running = 0;
        var open = new TaskCompletionSource();
        Task<CallResult>[] calls =
        [
            .. Enumerable.Range(0, 5).Select(_ => lanes.CallAsync(
                Partner,
                async _ =>
                {
                    Interlocked.Increment(ref running);
                    await open.Task;
                    return Result(200);
                },
                CancellationToken.None)),
        ];

        Assert.That(running, Is.EqualTo(2), "the others have not begun");
        open.SetResult();
        await Task.WhenAll(calls);
        Assert.That(running, Is.EqualTo(5));
    }

    [Test]
    public async Task A_busy_host_does_not_keep_the_others_waiting()
    {
        var lanes = Lanes(new() { Parallelism = 1 });
        var busy = new TaskCompletionSource<CallResult>();
        var first = lanes.CallAsync(Partner, _ => busy.Task, CancellationToken.None);

        await lanes.CallAsync(Other, Answer(200), CancellationToken.None);
        await Assert.ThrowsAsync<HostPausedException>(() => lanes.CallAsync(Partner, Answer(200), CancellationToken.None));

        busy.SetResult(Result(200));
        await first;
        await lanes.CallAsync(Partner, Answer(200), CancellationToken.None);
    }

    [Test]
    public async Task Without_a_breaker_a_failing_host_is_called_on()
    {
        var lanes = Lanes(new() { BreakerFailures = 0 });
        await FailAsync(lanes, 50);

        Assert.That((await lanes.CallAsync(Partner, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Hosts_without_end_are_forgotten_and_all_answer()
    {
        var lanes = Lanes(new() { Parallelism = 1 });
        for (var i = 0; i < 2_000; i++)
        {
            await lanes.CallAsync(new Uri($"https://h{i}.example/"), Answer(200), CancellationToken.None);
        }

        Assert.That(lanes.Count, Is.LessThanOrEqualTo(500));
    }

    private HostLanes Lanes(HostOptions settings) => new(new Monitor<HostOptions>(settings), _clock, NullLogger<HostLanes>.Instance);

    private static async Task FailAsync(HostLanes lanes, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await lanes.CallAsync(Partner, Answer(503), CancellationToken.None);
        }
    }

    private static Task<CallResult> BrokenOff(CancellationToken cancellationToken) => throw new OperationCanceledException();

    private static Func<CancellationToken, Task<CallResult>> Answer(int status) => _ => Task.FromResult(Result(status));

    private static CallResult Result(int status) => new((HttpStatusCode)status, TimeSpan.Zero, null, "", null);
}
