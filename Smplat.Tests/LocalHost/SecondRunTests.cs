using System.Text.Json;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;

namespace Smplat.Tests.LocalHost;

[Parallelizable(ParallelScope.All)]
public sealed class SecondRunTests
{
    private static readonly (string Name, string Value) Configured = ("SMPLAT_DATABASE", "Host=db.example;Password=s3cret");

    [Test]
    public async Task A_second_run_of_a_checkout_is_refused_with_the_address_of_the_first()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var first = checkout.NewRun();
        await LocalRunTests.StartAsync(first, Configured);
        first.Announce(new Uri("http://localhost:7071"));

        await using var second = checkout.NewRun();
        var refusal = await Assert.ThrowsAsync<LocalStartException>(() => LocalRunTests.StartAsync(second, Configured));
        await second.StopAsync();

        Assert.That(refusal!.Message, Does.Contain($"process {Environment.ProcessId}").And.Contain("http://localhost:7071"));
        Assert.That(RunningApp.Read(checkout.Local), Is.Not.Null, "the refused run leaves the file of the first alone");
    }

    [Test]
    public async Task A_second_run_with_its_own_folder_is_allowed()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var first = checkout.NewRun();
        await LocalRunTests.StartAsync(first, Configured);

        await using var second = checkout.NewRun();
        var folder = Path.Combine(checkout.Path, "beside");

        await LocalRunTests.StartAsync(second, Configured, ("SMPLAT_LOCAL_FOLDER", folder));
        second.Announce(new Uri("http://localhost:7072"));

        Assert.That(RunningApp.Read(folder)!.Url, Is.EqualTo("http://localhost:7072"));
    }

    [Test]
    public async Task The_file_of_a_killed_app_does_not_prevent_a_start()
    {
        await using var checkout = TemporaryCheckout.Create();
        Directory.CreateDirectory(checkout.Local);
        new RunningApp(1, "http://localhost:7071", "", null, DateTimeOffset.UnixEpoch).Write(checkout.Local);
        await File.WriteAllTextAsync(Path.Combine(checkout.Local, "run.lock"), "");

        await using var run = checkout.NewRun();
        await LocalRunTests.StartAsync(run, Configured);

        Assert.That(RunningApp.Read(checkout.Local), Is.Null);
    }

    [Test]
    public async Task The_address_file_is_readable_only_by_its_owner_and_is_removed_with_the_app()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var run = checkout.NewRun();
        await LocalRunTests.StartAsync(run, Configured);
        run.Announce(new Uri("http://localhost:7071/"));

        var file = RunningApp.FileIn(checkout.Local);
        using (var document = JsonDocument.Parse(await File.ReadAllTextAsync(file)))
        {
            var root = document.RootElement;
            Assert.That(root.GetProperty("pid").GetInt32(), Is.EqualTo(Environment.ProcessId));
            Assert.That(root.GetProperty("url").GetString(), Is.EqualTo("http://localhost:7071"));
            Assert.That(root.GetProperty("database").GetString(), Is.EqualTo(Configured.Value));
            Assert.That(root.GetProperty("storage").GetString(), Does.StartWith("TableEndpoint="));
            Assert.That(root.GetProperty("started_at").GetDateTimeOffset(), Is.EqualTo(TimeProvider.System.GetUtcNow()).Within(1).Minutes);
        }

        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        await run.StopAsync();
        Assert.That(File.Exists(file), Is.False);
    }
}
