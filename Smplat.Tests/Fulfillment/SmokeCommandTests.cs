using Microsoft.Extensions.DependencyInjection;
using Smplat.Cli;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Fulfillment;

/// <summary>The smoke checks of the command line, against a running app and in process.</summary>
public sealed class SmokeCommandTests
{
    [TestCase("fulfillment")]
    [TestCase("checkout")]
    public async Task A_running_app_passes(string check)
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "key" });
        await app.Services.GetServices<ISampleData>().OfType<SampleProducts>().Single().LoadAsync(CancellationToken.None);

        Assert.That(
            await CommandLine.RunAsync(["smoke", check, "--base-url", app.Client.BaseAddress!.ToString(), "--api-key", "key", "--timeout", "60"]),
            Is.Zero);
    }

    [TestCase("fulfillment")]
    [TestCase("checkout")]
    public async Task A_database_alone_passes_in_process(string check)
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        Assert.That(
            await CommandLine.RunAsync(["smoke", check, "--in-process", "--database", database.ConnectionString]), Is.Zero);
    }

    [Test]
    public async Task A_wrong_key_and_an_unreachable_app_fail()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["CHECKOUT_API_KEY"] = "key" });

        Assert.That(
            await CommandLine.RunAsync(["smoke", "checkout", "--base-url", app.Client.BaseAddress!.ToString(), "--api-key", "wrong"]),
            Is.EqualTo(CommandLine.Failed));
        Assert.That(await CommandLine.RunAsync(["smoke", "fulfillment", "--base-url", "http://127.0.0.1:1"]), Is.EqualTo(CommandLine.Failed));
        Assert.That(await CommandLine.RunAsync(["smoke", "fulfillment", "--base-url", "nonsense"]), Is.EqualTo(CommandLine.UsageError));
    }

    [Test]
    public async Task Dead_letters_are_listed_and_replayed_from_the_command_line()
    {
        await using var fixture = await FulfillmentFixture.CreateAsync(ScriptedGateway.Failing(isPermanent: true));
        var id = await fixture.Given.ATaskAsync();
        await fixture.RunWorkerAsync();
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["SMPLAT_DATABASE"] = fixture.ConnectionString });
        string[] at = ["--base-url", app.Client.BaseAddress!.OriginalString];

        Assert.That(await CommandLine.RunAsync(["fulfillment", "dead-letters", "list", .. at]), Is.Zero);
        Assert.That(await CommandLine.RunAsync(["fulfillment", "dead-letters", "show", $"{id}", .. at]), Is.Zero);
        Assert.That(await CommandLine.RunAsync(["fulfillment", "dead-letters", "replay", $"{id}", .. at]), Is.EqualTo(CommandLine.UsageError), "a reason is required");
        Assert.That(await CommandLine.RunAsync(["fulfillment", "dead-letters", "replay", $"{id}", "--reason", "mended", .. at]), Is.Zero);
        Assert.That((await fixture.TaskAsync(id)).Status, Is.EqualTo("pending"));
        Assert.That(
            await CommandLine.RunAsync(["fulfillment", "dead-letters", "discard", $"{id}", "--reason", "x", .. at]), Is.EqualTo(CommandLine.Failed));
        Assert.That(await CommandLine.RunAsync(["fulfillment", "dead-letters", "redrive", "--type", "x", "--reason", "x", .. at]), Is.EqualTo(CommandLine.UsageError));
    }
}
