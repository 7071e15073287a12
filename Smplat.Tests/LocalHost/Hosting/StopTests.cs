using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class StopTests
{
    [Test]
    public async Task A_stop_lets_running_requests_finish_then_timers_then_hosted_services()
    {
        var (diary, gate) = (new Diary(), new Gate());
        using var folder = new TimerFolder();
        await using var host = await TestHost.StartAsync(
            [typeof(SlowFunctions)],
            builder =>
            {
                builder.Services.AddSingleton(diary).AddSingleton(gate);
                builder.Services.AddHostedService<Flush>();
            },
            "SMPLAT_LOCAL_TIMERS=true", $"SMPLAT_LOCAL_FOLDER={folder.Path}");

        var request = host.TextAsync("/slow");
        await gate.Entered.Task;
        await Eventually.BecomesTrueAsync(() => diary.Entries.Contains("timer begins"), "the timer runs");
        var stop = host.StopAsync();
        await Eventually.BecomesTrueAsync(() => host.Lifetime.ApplicationStopping.IsCancellationRequested, "the stop begins");
        gate.Opened.SetResult();

        Assert.That(await request, Is.EqualTo("200 finished GET"));
        await stop;
        Assert.That(diary.Entries[^1], Is.EqualTo("flushed"));
        Assert.That(diary.Entries, Does.Contain("timer ended").And.Contain("request ended"));
    }

    [Test]
    public async Task A_stop_cancels_what_does_not_finish_in_the_grace_time()
    {
        var gate = new Gate();
        await using var host = await TestHost.StartAsync(
            [typeof(WaitingFunctions)], builder => builder.Services.AddSingleton(gate), "SMPLAT_LOCAL_STOP_GRACE_SECONDS=1");

        var request = host.TextAsync("/wait");
        await gate.Entered.Task;
        await host.StopAsync();

        await gate.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.That(await request, Is.EqualTo("500"));
    }

    [Test]
    public async Task The_web_server_starts_after_the_hosted_services()
    {
        var diary = new Diary();
        await using var host = await TestHost.StartAsync([], builder =>
        {
            builder.Services.AddSingleton(diary);
            builder.Services.AddHostedService<AddressWatch>();
        });

        Assert.That(diary.Entries, Is.EqualTo(new[] { "not bound" }));
    }

    private sealed class Flush(Diary diary) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            diary.Write("flushed");
            return Task.CompletedTask;
        }
    }

    private sealed class AddressWatch(Diary diary, IServer server) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            var addresses = server.Features.Get<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>();
            diary.Write(addresses is null or { Addresses.Count: 0 } ? "not bound" : "bound");
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    public sealed class SlowFunctions(IServiceProvider services)
    {
        private readonly Diary _diary = services.GetRequiredService<Diary>();
        private readonly Gate _gate = services.GetRequiredService<Gate>();

        [Function("Slow")]
        public async Task<IResult> SlowAsync(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow")]
            HttpRequest request, CancellationToken cancellationToken)
        {
            _gate.Entered.TrySetResult();
            await _gate.Opened.Task.WaitAsync(cancellationToken);
            _diary.Write("request ended");
            return TypedResults.Text($"finished {request.Method}");
        }

        [Function("SlowTimer")]
        public async Task TickAsync(
            [TimerTrigger("0 0 5 1 1 *", RunOnStartup = true)] TimerInfo timer, CancellationToken cancellationToken)
        {
            _diary.Write(timer.IsPastDue ? "timer is late" : "timer begins");
            await _gate.Opened.Task.WaitAsync(cancellationToken);
            _diary.Write("timer ended");
        }
    }
}
