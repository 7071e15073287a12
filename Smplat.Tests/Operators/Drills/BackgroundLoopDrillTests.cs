using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Smplat.Core.Commerce.Learning;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators.Drills;

/// <summary>A database that answers, but refuses: what runs behind the app says so, tries again and never ends the app.</summary>
public sealed class BackgroundLoopDrillTests
{
    [TestCase("analytics.provider_metrics", 2030, Description = "the standings of providers, when asked")]
    [TestCase("commerce.provider_circuit", 3001, Description = "the report on circuits, every 5 seconds")]
    public async Task A_loop_that_the_database_refuses_is_reported_and_goes_on(string table, int eventId)
    {
        var clock = new FixedClock(TimeProvider.System.GetUtcNow());
        var log = new FakeLogCollector();
        await using var app = await SmplatApp.StartAsync(adjust: builder =>
        {
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(clock));
            builder.Logging.AddProvider(new FakeLoggerProvider(log));
        });
        OpenACircuit(app);
        await app.OwnDatabase!.ExecuteAsync($"alter table {table} rename to away");

        await PassesAsync(app, clock, log, eventId, 1);
        await PassesAsync(app, clock, log, eventId, 2);

        Assert.That(log.MessagesOf(eventId), Has.All.Contains("does not exist"));
        Assert.That(app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested, Is.False);
        Assert.That((await app.Client.GetAsync("/healthz")).IsSuccessStatusCode, Is.True);
    }

    /// <summary>Lets time pass until the loop has failed so many times.</summary>
    private static Task PassesAsync(SmplatApp app, FixedClock clock, FakeLogCollector log, int eventId, int failures) => Eventually.BecomesTrueAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            app.Services.GetRequiredService<ProviderStatsRefresh>().Request();
            return log.MessagesOf(eventId).Count >= failures;
        },
        $"event {eventId}, time {failures}");

    private static void OpenACircuit(SmplatApp app)
    {
        var breaker = app.Services.GetRequiredService<ProviderCircuits>().Breaker(ProviderIds.All[0]);
        while (breaker.TryEnter(out var pass))
        {
            breaker.Fail(pass);
        }
    }
}
