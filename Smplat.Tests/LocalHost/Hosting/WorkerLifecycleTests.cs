using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Smplat.LocalHost;
using Smplat.LocalHost.Hosting.Rpc;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

/// <summary>How a worker starts, is replaced and stops.</summary>
public sealed class WorkerLifecycleTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Test]
    public void A_worker_that_exits_while_starting_fails_the_start_with_its_output() => Assert.That(
        () => TestHost.StartAsync(new FakeWorker { ExitsAtStart = true, Output = "Unhandled exception. No database." }),
        Throws.TypeOf<LocalStartException>().With.Message.EqualTo("The worker exited while starting: Unhandled exception. No database."));

    [Test]
    public void A_worker_that_never_connects_fails_the_start_with_its_output()
    {
        var worker = new FakeWorker { NeverConnects = true, Output = "Waiting for a debugger." };

        Assert.That(
            () => TestHost.StartAsync(worker, new() { StartLimit = TimeSpan.FromMilliseconds(200) }),
            Throws.TypeOf<LocalStartException>().With.Message.StartsWith("The worker was not ready after ").And.Message.EndsWith("0.2 s. Waiting for a debugger."));
        Assert.That(worker.Current.Ended.IsCompleted);
    }

    [Test]
    public void A_function_that_cannot_be_loaded_fails_the_start()
    {
        var worker = new FakeWorker { CannotLoad = "Lost" }.Http("Lost", "lost", "", "get").Http("Found", "found", "", "get");

        Assert.That(
            () => TestHost.StartAsync(worker),
            Throws.TypeOf<LocalStartException>().With.Message.Contains("The worker could not load Lost: no method Fake.Lost"));
        Assert.That(worker.Current.Ended.IsCompleted);
    }

    [Test]
    public void HTTP_functions_of_a_worker_that_accepts_no_HTTP_fail_the_start() => Assert.That(
        () => TestHost.StartAsync(new FakeWorker { TakesNoHttp = true }.Http("A", "a", "", "get")),
        Throws.TypeOf<LocalStartException>().With.Message.StartsWith("The worker accepts no HTTP requests"));

    [Test]
    public void A_port_in_use_fails_the_start_and_stops_the_worker()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        var worker = new FakeWorker();

        Assert.That(
            () => TestHost.StartAsync(worker, new() { Port = port }),
            Throws.TypeOf<LocalStartException>().With.Message.EqualTo($"Port {port} is in use."));
        Assert.That(worker.Current.Ended.IsCompleted);
    }

    [Test]
    public async Task A_worker_that_crashes_is_reported_and_restarted()
    {
        var gate = new Gate();
        var worker = new FakeWorker { Output = "exit code 139" }.Http("Fine", "fine", "fine", "get").Http("Slow", "slow", async (_, _) =>
        {
            gate.Entered.TrySetResult();
            await gate.Opened.Task;
        }, "get");
        await using var host = await TestHost.StartAsync(worker);
        var underWay = host.GetAsync("/slow");
        await gate.Entered.Task.WaitAsync(Patience);

        await worker.Current.CrashAsync();

        Assert.That(await underWay, Is.EqualTo("500"));
        await host.LoggedAsync("fail Host: The worker exited unexpectedly: exit code 139");
        Assert.That(await host.GetAsync("/fine"), Is.EqualTo("200 fine"));
        Assert.That(worker.Instances, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_request_without_a_running_worker_waits_for_the_next_one()
    {
        var gate = new TaskCompletionSource();
        var worker = new FakeWorker().Http("Fine", "fine", "fine", "get");
        await using var host = await TestHost.StartAsync(worker);
        worker.StartGate = gate.Task;
        await worker.Current.CrashAsync();
        await host.LoggedAsync("The worker exited unexpectedly");

        var waiting = host.GetAsync("/fine");
        await Task.Delay(100);
        Assert.That(waiting.IsCompleted, Is.False);
        gate.SetResult();

        Assert.That(await waiting, Is.EqualTo("200 fine"));
    }

    [Test]
    public async Task A_worker_that_keeps_crashing_is_not_restarted()
    {
        var worker = new FakeWorker { Output = "No database." }.Http("Fine", "fine", "fine", "get");
        await using var host = await TestHost.StartAsync(worker);
        worker.ExitsAtStart = true;

        await worker.Current.CrashAsync();

        await host.Host.WorkerLost.WaitAsync(Patience);
        Assert.That(worker.Instances, Has.Count.EqualTo(4));
        Assert.That(host.Log.Entries.Count(line => line.EndsWith("The worker exited while starting: No database.", StringComparison.Ordinal)), Is.EqualTo(3));
        Assert.That(host.Log.Entries[^1], Does.EndWith("The worker exited more than 3 times within 1 minute and will not be restarted."));
        Assert.That(await host.GetAsync("/fine"), Is.EqualTo("503"));
    }

    [Test]
    public async Task A_replaced_worker_finishes_its_requests_while_the_next_one_runs()
    {
        var gate = new Gate();
        var (diary, setting) = (new Diary(), "one");
        var worker = new FakeWorker { Diary = diary }
            .Http("Setting", "setting", (http, call) => http.Response.WriteAsync(call.Life.Settings["SETTING"]), "get")
            .Http("Slow", "slow", async (http, call) =>
            {
                gate.Entered.TrySetResult();
                await gate.Opened.Task.WaitAsync(Patience);
                diary.Write("request ended");
                await http.Response.WriteAsync(call.Life.Settings["SETTING"]);
            }, "get");
        await using var host = await TestHost.StartAsync(
            worker, new() { Settings = () => new Dictionary<string, string> { ["SETTING"] = setting } });
        var underWay = host.GetAsync("/slow");
        await gate.Entered.Task.WaitAsync(Patience);

        setting = "two";
        host.Host.ReplaceWorker();

        await Eventually.GivesAsync(() => host.GetAsync("/setting"), answer => answer == "200 two", "the next worker serves");
        Assert.That(worker.Instances[0].Ended.IsCompleted, Is.False);
        gate.Opened.SetResult();
        Assert.That(await underWay, Is.EqualTo("200 one"));
        await worker.Instances[0].Ended.WaitAsync(Patience);
        Assert.That(diary.Entries, Is.EqualTo(new[] { "request ended", "worker asked to stop" }));
    }

    [Test]
    public async Task No_request_fails_while_workers_are_replaced()
    {
        var worker = new FakeWorker().Http("Fine", "fine", "fine", "get");
        await using var host = await TestHost.StartAsync(worker);
        using var enough = new CancellationTokenSource();
        var answers = new Diary();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                answers.Write(await host.GetAsync("/fine"));
            }
        })).ToArray();

        for (var count = 2; count <= 4; count++)
        {
            host.Host.ReplaceWorker();
            await Eventually.BecomesTrueAsync(() => worker.Instances.Count == count && worker.Instances[^2].Ended.IsCompleted, "the next worker serves alone");
        }

        await enough.CancelAsync();
        await Task.WhenAll(callers);
        Assert.That(answers.Entries, Is.Not.Empty.And.All.EqualTo("200 fine"));
    }

    [Test]
    public async Task A_new_worker_may_bring_other_functions()
    {
        var worker = new FakeWorker().Http("Old", "old", "old", "get");
        await using var host = await TestHost.StartAsync(worker);

        worker.Remove("Old");
        worker.Http("New", "new", "new", "get");
        host.Host.ReplaceWorker();

        await Eventually.GivesAsync(() => host.GetAsync("/new"), answer => answer == "200 new", "the new function serves");
        Assert.That(await host.GetAsync("/old"), Is.EqualTo("404"));
    }

    [Test]
    public async Task If_the_replacement_cannot_start_the_worker_keeps_running()
    {
        var worker = new FakeWorker { Output = "SMPLAT_DATABASE is missing." }.Http("Fine", "fine", "fine", "get");
        await using var host = await TestHost.StartAsync(worker);

        worker.ExitsAtStart = true;
        host.Host.ReplaceWorker();

        await host.LoggedAsync("The worker exited while starting: SMPLAT_DATABASE is missing.");
        await host.LoggedAsync("The worker keeps running with its previous settings.");
        Assert.That(await host.GetAsync("/fine"), Is.EqualTo("200 fine"));
        Assert.That(worker.Instances[0].Ended.IsCompleted, Is.False);
    }

    [Test]
    public async Task If_the_settings_cannot_be_read_the_worker_keeps_running()
    {
        var isBroken = false;
        var worker = new FakeWorker().Http("Fine", "fine", "fine", "get");
        await using var host = await TestHost.StartAsync(worker, new()
        {
            Settings = () => isBroken ? throw new LocalStartException("local.settings.json cannot be used") : new Dictionary<string, string>(),
        });

        isBroken = true;
        host.Host.ReplaceWorker();

        await host.LoggedAsync("fail Host: local.settings.json cannot be used");
        Assert.That(await host.GetAsync("/fine"), Is.EqualTo("200 fine"));
        Assert.That(worker.Instances, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_second_request_during_a_replacement_causes_one_more()
    {
        var gate = new TaskCompletionSource();
        var worker = new FakeWorker().Http("Fine", "fine", "fine", "get");
        await using var host = await TestHost.StartAsync(worker);
        worker.StartGate = gate.Task;
        host.Host.ReplaceWorker();
        await Task.Delay(50);

        host.Host.ReplaceWorker();
        host.Host.ReplaceWorker();
        host.Host.ReplaceWorker();
        gate.SetResult();

        await Eventually.BecomesTrueAsync(() => worker.Instances.Count == 3 && worker.Instances[1].Ended.IsCompleted, "the last replacement serves");
        await Task.Delay(200);
        Assert.That(worker.Instances, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_worker_that_crashes_while_its_replacement_starts_is_replaced_by_it()
    {
        var gate = new TaskCompletionSource();
        var worker = new FakeWorker().Http("Fine", "fine", "fine", "get");
        await using var host = await TestHost.StartAsync(worker);
        worker.StartGate = gate.Task;
        host.Host.ReplaceWorker();
        await Task.Delay(50);

        await worker.Current.CrashAsync();
        gate.SetResult();

        await Eventually.GivesAsync(() => host.GetAsync("/fine"), answer => answer == "200 fine", "a worker serves");
    }

    [Test]
    public async Task A_stop_waits_for_requests_and_timer_runs_then_asks_the_worker_to_stop()
    {
        using var folder = new TimerFolder();
        var (diary, gate, ticking) = (new Diary(), new Gate(), new Gate());
        var worker = new FakeWorker { Diary = diary }
            .Http("Slow", "slow", async (http, call) =>
            {
                gate.Entered.SetResult();
                await gate.Opened.Task.WaitAsync(Patience, call.Cancelled);
                diary.Write("request ended");
                await http.Response.WriteAsync("finished");
            }, "get")
            .Timer("Tick", "0 0 0 1 1 *", async call =>
            {
                ticking.Entered.SetResult();
                await ticking.Opened.Task.WaitAsync(Patience, call.Cancelled);
                diary.Write("timer ended");
            }, runOnStartup: true);
        await using var host = await TestHost.StartAsync(worker, new() { TimerFolder = folder.Path });
        var underWay = host.GetAsync("/slow");
        await Task.WhenAll(gate.Entered.Task, ticking.Entered.Task).WaitAsync(Patience);

        var stop = host.Host.StopAsync();
        await Eventually.BecomesTrueAsync(() => IsRefusedAsync(host), "no further connection is accepted");
        Assert.That(stop.IsCompleted, Is.False);
        gate.Opened.SetResult();
        Assert.That(await underWay, Is.EqualTo("200 finished"));
        await Task.Delay(100);
        Assert.That(stop.IsCompleted, Is.False);
        ticking.Opened.SetResult();
        await stop.WaitAsync(Patience);

        Assert.That(diary.Entries, Is.EqualTo(new[] { "request ended", "timer ended", "worker asked to stop" }));
        Assert.That(worker.Current.Ended.IsCompleted);
    }

    [Test]
    public async Task A_stop_cancels_what_does_not_finish_in_the_grace_time()
    {
        using var folder = new TimerFolder();
        var (request, timer) = (new Gate(), new Gate());
        var worker = new FakeWorker()
            .Http("Wait", "wait", (_, call) => WaitAsync(call, request), "get")
            .Timer("Tick", "0 0 0 1 1 *", call => WaitAsync(call, timer), runOnStartup: true);
        await using var host = await TestHost.StartAsync(worker, new() { TimerFolder = folder.Path, StopGrace = TimeSpan.FromMilliseconds(200) });
        var underWay = host.GetAsync("/wait");
        await Task.WhenAll(request.Entered.Task, timer.Entered.Task).WaitAsync(Patience);

        await host.Host.StopAsync().WaitAsync(Patience);

        await Task.WhenAll(request.Cancelled.Task, timer.Cancelled.Task).WaitAsync(Patience);
        Assert.That(await underWay, Is.EqualTo("500"));
    }

    [Test]
    public async Task A_stop_does_not_wait_for_functions_that_ignore_cancellation()
    {
        var gate = new Gate();
        var worker = new FakeWorker().Http("Stuck", "stuck", (_, _) =>
        {
            gate.Entered.SetResult();
            return new TaskCompletionSource().Task;
        }, "get");
        await using var host = await TestHost.StartAsync(worker, new() { StopGrace = TimeSpan.FromMilliseconds(100) });
        var underWay = host.GetAsync("/stuck");
        await gate.Entered.Task.WaitAsync(Patience);

        await host.Host.StopAsync().WaitAsync(Patience);

        Assert.That(worker.Current.Ended.IsCompleted);
        Assert.That(async () => await underWay, Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task A_stop_while_the_worker_is_being_restarted_ends()
    {
        var worker = new FakeWorker().Http("Fine", "fine", "fine", "get");
        var host = await TestHost.StartAsync(worker);
        worker.StartGate = new TaskCompletionSource().Task;
        await worker.Current.CrashAsync();
        await host.LoggedAsync("The worker exited unexpectedly");

        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Test]
    public async Task Two_stops_complete_together()
    {
        var gate = new Gate();
        var worker = new FakeWorker().Http("Slow", "slow", async (_, _) =>
        {
            gate.Entered.SetResult();
            await gate.Opened.Task.WaitAsync(Patience);
        }, "get");
        await using var host = await TestHost.StartAsync(worker);
        var underWay = host.GetAsync("/slow");
        await gate.Entered.Task.WaitAsync(Patience);

        Task[] stops = [host.Host.StopAsync(), host.Host.StopAsync()];
        await Task.Delay(50);
        Assert.That(stops.Any(stop => stop.IsCompleted), Is.False);
        gate.Opened.SetResult();

        await Task.WhenAll(stops).WaitAsync(Patience);
        Assert.That(await underWay, Is.EqualTo("200"));
    }

    [Test]
    public async Task The_worker_s_log_is_shown()
    {
        var worker = new FakeWorker();
        await using var host = await TestHost.StartAsync(worker);

        worker.Current.Log(new() { Category = "Shop.Orders", Level = RpcLog.Types.Level.Warning, Message = "late" });

        await host.LoggedAsync("warn Shop.Orders: late");
    }

    private static async Task WaitAsync(Invocation call, Gate gate)
    {
        gate.Entered.SetResult();
        await using var cancelled = call.Cancelled.Register(gate.Cancelled.SetResult);
        await Task.Delay(Patience, call.Cancelled);
    }

    private static async Task<bool> IsRefusedAsync(TestHost host)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host.Host.Address.Host, host.Host.Address.Port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
