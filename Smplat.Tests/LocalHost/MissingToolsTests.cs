using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

public sealed class MissingToolsTests
{
    [Test]
    public async Task Without_Node_the_embedded_Postgres_is_refused_with_the_alternatives()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var run = checkout.NewRun();
        var path = PathWithoutNode(checkout);

        var refusal = await Assert.ThrowsAsync<LocalStartException>(
            () => LocalRunTests.StartAsync(run, ("PATH", path), ("SMPLAT_LOCAL_POSTGRES", "embedded")));

        Assert.That(refusal!.Message, Does.Contain("Node.js 20").And.Contain("SMPLAT_DATABASE"));
    }

    [Test]
    public async Task Without_Node_a_run_continues_without_tables_and_reports_it()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var run = checkout.NewRun();
        var console = new RecordingConsole();
        var settings = TemporaryCheckout.Settings(
            ("PATH", PathWithoutNode(checkout)), ("SMPLAT_DATABASE", "Host=db.example"), ("AzureWebJobsStorage", ""));

        var added = await run.StartAsync(settings, console, CancellationToken.None);

        Assert.That(added["AzureWebJobsStorage"], Is.Empty);
        Assert.That(console.Text, Does.Contain("Node.js is missing").And.Contain("The app runs without it"));
    }

    [Test]
    public async Task The_output_of_a_failing_npm_is_shown()
    {
        await using var checkout = TemporaryCheckout.Create();
        using var npm = new FakeNpm("echo 'npm error network is down' >&2; exit 1");

        var refusal = await Assert.ThrowsAsync<LocalStartException>(
            () => npm.Packages(checkout).EnsureAsync(CancellationToken.None));

        Assert.That(refusal!.Message, Does.Contain("npm ci").And.Contain("network is down"));
    }

    [Test]
    public async Task Root_in_a_folder_closed_to_others_keeps_its_data_elsewhere_and_reports_where()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Only root changes its account.");
        }

        await using var checkout = TemporaryCheckout.Create(isClosedToOthers: true);
        var account = ServerAccount.Detect(TestSettings.SearchPath);
        var place = await ReachableFolder.FindAsync(new(checkout.Path), account, CancellationToken.None);
        try
        {
            await using var run = checkout.NewRun();
            var console = new RecordingConsole();
            var settings = await run.StartAsync(TemporaryCheckout.Settings(), console, CancellationToken.None);

            Assert.That(await LocalRunTests.ExecuteAsync(settings["SMPLAT_DATABASE"], "select 1"), Is.EqualTo(1));
            Assert.That(console.Text, Does.Contain(place));
        }
        finally
        {
            Directory.Delete(place, recursive: true);
        }
    }

    /// <summary>A folder with the programs that root needs to change its account, but without Node.js.</summary>
    private static string PathWithoutNode(TemporaryCheckout checkout)
    {
        var bin = Path.Combine(checkout.Path, "bin");
        Directory.CreateDirectory(bin);
        if (TestSettings.SearchPath.Find("setpriv") is { } setpriv)
        {
            File.CreateSymbolicLink(Path.Combine(bin, "setpriv"), setpriv);
        }

        return bin;
    }
}
