using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Confirmation;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Routing;

public sealed class ReplayTests
{
    [Test]
    public async Task The_same_weights_change_nothing()
    {
        await using var app = await RoutedAsync();

        var report = await ReplayAsync(app, ScoreWeights.Default);

        Assert.That((report.Decisions, report.Changed), Is.EqualTo((3L, 0L)));
        Assert.That(report.After, Is.EqualTo(report.Before));
    }

    [Test]
    public async Task Other_weights_show_what_would_have_changed()
    {
        await using var app = await RoutedAsync();

        var report = await ReplayAsync(app, ScoreWeights.Parse("priority=0,price=0,speed=1,commission=0", ScoreWeights.Default)!);

        Assert.That(report.Changed, Is.EqualTo(2), "the two balanced orders would go to the fastest, the speed order went there already");
        Assert.That(report.After.DeliveryMinutes, Is.EqualTo(35m));
        Assert.That(report.Providers.Single(share => share.Provider == ProviderId.MealMe).AfterPercent, Is.EqualTo(100m));
    }

    [Test]
    public async Task A_hundred_thousand_decisions_are_replayed_within_seconds()
    {
        await using var app = await RoutedAsync();
        await app.ExecuteAsync(
            """
            insert into edge_logs (function_name, "timestamp", event, payload)
            select function_name, "timestamp", event, payload
            from edge_logs, generate_series(1, 33333)
            where event = 'router_decision'
            """);
        var watch = Stopwatch.StartNew();

        var report = await ReplayAsync(app, ScoreWeights.Default);

        Assert.That(report.Decisions, Is.GreaterThanOrEqualTo(100_000));
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(60)));
    }

    [TestCase("price=0.5,commission=0.1", true)]
    [TestCase("", true)]
    [TestCase("luck=1", false)]
    [TestCase("price=-1", false)]
    [TestCase("price=NaN", false)]
    [TestCase("price", false)]
    public void Weights_are_read_as_operators_write_them(string text, bool isRead) =>
        Assert.That(ScoreWeights.Parse(text, ScoreWeights.Default) is not null, Is.EqualTo(isRead));

    [Test]
    public async Task The_command_line_prints_the_report()
    {
        await using var app = await RoutedAsync();

        var json = await SmplatAsync(app, "commerce", "replay", "--weights", "priority=0,price=0,speed=1,commission=0", "--format", "json");
        var csv = await SmplatAsync(app, "commerce", "replay", "--format", "csv");
        var text = await SmplatAsync(app, "commerce", "replay");

        Assert.That(JsonDocument.Parse(json).RootElement.GetProperty("changed").GetInt64(), Is.EqualTo(2));
        Assert.That(csv, Does.Contain("share_WALMART_API_percent,66.67,66.67"));
        Assert.That(text, Does.Contain("3 decisions, 0 (0 %) would go to another provider."));
    }

    private static async Task<RouterFixture> RoutedAsync()
    {
        var app = await RouterFixture.StartAsync();
        await app.RouteAsync(Baskets.Three());
        await app.RouteAsync(Baskets.Three());
        await app.RouteAsync(Baskets.One(Baskets.Optimize("speed")));
        await app.FlushLogAsync();
        return app;
    }

    private static async Task<DecisionReplayReport> ReplayAsync(RouterFixture app, ScoreWeights weights)
    {
        var now = TimeProvider.System.GetUtcNow();
        var replay = new DecisionReplay(weights, ScoreRule.Canonical);
        await foreach (var decision in app.Services.GetRequiredService<EdgeLogStore>()
            .ReadDecisionsAsync(now.AddHours(-1), now.AddMinutes(1), CancellationToken.None))
        {
            replay.Add(decision.Decision);
        }

        return replay.ToReport();
    }

    /// <summary>Runs the command line as operators do, in its own process.</summary>
    private static async Task<string> SmplatAsync(RouterFixture app, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        var assembly = Path.Combine(
            AppContext.BaseDirectory.Replace("Smplat.Tests", "Smplat.Cli", StringComparison.Ordinal), "smplat.dll");
        string[] all = [assembly, .. arguments, "--database", app.ConnectionString];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, errors);
        return await output;
    }
}
