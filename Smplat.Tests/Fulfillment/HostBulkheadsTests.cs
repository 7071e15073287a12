using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Core.Fulfillment;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class HostBulkheadsTests
{
    private static readonly Uri Partner = new("https://partner.example/tasks");
    private static readonly Uri Other = new("https://other.example/tasks");

    private readonly FixedClock _clock = new();

    [Test]
    public async Task A_failing_host_opens_only_its_own_circuit()
    {
        var hosts = Hosts(new() { BreakerFailures = 3 });
        await FailAsync(hosts, 3);

        var paused = await Assert.ThrowsAsync<HostPausedException>(() => hosts.CallAsync(Partner, Answer(200), CancellationToken.None));

        Assert.That(paused!.Wait, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(paused.Message, Does.Contain("partner.example"));
        Assert.That((await hosts.CallAsync(Other, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task One_trial_call_is_made_and_a_success_closes_the_circuit()
    {
        var hosts = Hosts(new() { BreakerFailures = 3, BreakerSeconds = 10 });
        await FailAsync(hosts, 3);
        _clock.Advance(TimeSpan.FromSeconds(10));

        var trial = new TaskCompletionSource<CallResult>();
        var trying = hosts.CallAsync(Partner, _ => trial.Task, CancellationToken.None);
        await Assert.ThrowsAsync<HostPausedException>(() => hosts.CallAsync(Partner, Answer(200), CancellationToken.None));
        trial.SetResult(Result(200));
        await trying;

        Assert.That((await hosts.CallAsync(Partner, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_failed_trial_call_doubles_the_break()
    {
        var hosts = Hosts(new() { BreakerFailures = 3, BreakerSeconds = 10 });
        await FailAsync(hosts, 3);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await FailAsync(hosts, 1);

        var paused = await Assert.ThrowsAsync<HostPausedException>(() => hosts.CallAsync(Partner, Answer(200), CancellationToken.None));

        Assert.That(paused!.Wait, Is.EqualTo(TimeSpan.FromSeconds(20)));
    }

    [TestCase(400)]
    [TestCase(404)]
    [TestCase(429)]
    public async Task A_refusal_says_nothing_about_the_host(int status)
    {
        var hosts = Hosts(new() { BreakerFailures = 2 });
        for (var i = 0; i < 10; i++)
        {
            await hosts.CallAsync(Partner, Answer(status), CancellationToken.None);
        }

        Assert.That((await hosts.CallAsync(Partner, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_timeout_counts_as_a_failure_and_a_stop_does_not()
    {
        var hosts = Hosts(new() { BreakerFailures = 2 });
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        for (var i = 0; i < 4; i++)
        {
            await Assert.CatchAsync<OperationCanceledException>(() => hosts.CallAsync(Partner, BrokenOff, stopped.Token));
        }

        for (var i = 0; i < 2; i++)
        {
            await Assert.CatchAsync<OperationCanceledException>(() => hosts.CallAsync(Partner, BrokenOff, CancellationToken.None));
        }

        await Assert.ThrowsAsync<HostPausedException>(() => hosts.CallAsync(Partner, Answer(200), CancellationToken.None));
    }

    [Test]
    public async Task A_trial_call_that_never_reached_the_host_proves_nothing()
    {
        var hosts = Hosts(new() { BreakerFailures = 3, BreakerSeconds = 10 });
        await FailAsync(hosts, 3);
        _clock.Advance(TimeSpan.FromSeconds(10));
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Assert.CatchAsync<OperationCanceledException>(() => hosts.CallAsync(Partner, BrokenOff, stopped.Token));
        await Assert.CatchAsync<TemplateException>(() => hosts.CallAsync(Partner, Refused, CancellationToken.None));
        await FailAsync(hosts, 1);

        await Assert.ThrowsAsync<HostPausedException>(() => hosts.CallAsync(Partner, Answer(200), CancellationToken.None));
    }

    [Test]
    public async Task A_host_gets_no_more_concurrent_calls_than_the_setting_allows()
    {
        var hosts = Hosts(new() { Parallelism = 2 });
        var running = 0;
        var open = new TaskCompletionSource();
        Task<CallResult>[] calls =
        [
            .. Enumerable.Range(0, 5).Select(_ => hosts.CallAsync(
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
        var hosts = Hosts(new() { Parallelism = 1 });
        var busy = new TaskCompletionSource<CallResult>();
        var first = hosts.CallAsync(Partner, _ => busy.Task, CancellationToken.None);

        await hosts.CallAsync(Other, Answer(200), CancellationToken.None);
        await Assert.ThrowsAsync<HostPausedException>(() => hosts.CallAsync(Partner, Answer(200), CancellationToken.None));

        busy.SetResult(Result(200));
        await first;
        await hosts.CallAsync(Partner, Answer(200), CancellationToken.None);
    }

    [Test]
    public async Task Without_a_breaker_a_failing_host_is_still_called()
    {
        var hosts = Hosts(new() { BreakerFailures = 0 });
        await FailAsync(hosts, 50);

        Assert.That((await hosts.CallAsync(Partner, Answer(200), CancellationToken.None)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Idle_hosts_are_removed_and_all_calls_are_answered()
    {
        var hosts = Hosts(new() { Parallelism = 1 });
        for (var i = 0; i < 2_000; i++)
        {
            await hosts.CallAsync(new Uri($"https://h{i}.example/"), Answer(200), CancellationToken.None);
        }

        Assert.That(hosts.Count, Is.LessThanOrEqualTo(500));
    }

    private HostBulkheads Hosts(HostBulkheadOptions settings) => new(new Monitor<HostBulkheadOptions>(settings), _clock, NullLogger<HostBulkheads>.Instance);

    private static async Task FailAsync(HostBulkheads hosts, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await hosts.CallAsync(Partner, Answer(503), CancellationToken.None);
        }
    }

    private static Task<CallResult> BrokenOff(CancellationToken cancellationToken) => throw new OperationCanceledException();

    private static Task<CallResult> Refused(CancellationToken cancellationToken) => throw new TemplateException("not a call");

    private static Func<CancellationToken, Task<CallResult>> Answer(int status) => _ => Task.FromResult(Result(status));

    private static CallResult Result(int status) => new((HttpStatusCode)status, TimeSpan.Zero, null, "", null);
}
