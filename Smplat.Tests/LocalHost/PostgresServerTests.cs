using System.Diagnostics;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

public sealed class PostgresServerTests
{
    [Test]
    public async Task It_starts_right_after_a_kill()
    {
        await using var checkout = TemporaryCheckout.Create();
        var server = await ServerOfAsync(checkout);
        await server.StartAsync(null, CancellationToken.None);
        Kill(server);

        await server.StartAsync(null, CancellationToken.None);

        Assert.That(server.Folder.FindRunning(), Is.Not.Null);
    }

    [Test]
    public async Task A_lock_file_whose_process_id_belongs_to_another_program_does_not_stop_it()
    {
        await using var checkout = TemporaryCheckout.Create();
        var server = await ServerOfAsync(checkout);
        await server.StartAsync(null, CancellationToken.None);
        var lockFile = Path.Combine(server.Folder.Data, "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(lockFile);
        await server.StopAsync(CancellationToken.None);
        lines[0] = $"{Environment.ProcessId}";
        await File.WriteAllLinesAsync(lockFile, lines);

        await server.StartAsync(null, CancellationToken.None);

        Assert.That(server.Folder.FindRunning()!.Pid, Is.Not.EqualTo(Environment.ProcessId));
    }

    [Test]
    public async Task An_interrupted_first_start_is_repeated()
    {
        await using var checkout = TemporaryCheckout.Create();
        var server = await ServerOfAsync(checkout);
        Directory.CreateDirectory(server.Folder.Data);
        await File.WriteAllTextAsync(Path.Combine(server.Folder.Data, "PG_VERSION"), "half");

        await server.StartAsync(null, CancellationToken.None);

        Assert.That(server.Folder.FindRunning(), Is.Not.Null);
    }

    [Test]
    public async Task A_port_in_use_ends_with_the_log_of_the_server()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var other = TemporaryCheckout.Create();
        var first = await ServerOfAsync(checkout);
        await first.StartAsync(null, CancellationToken.None);

        var refusal = await Assert.ThrowsAsync<LocalStartException>(
            async () => await (await ServerOfAsync(other)).StartAsync(first.Port, CancellationToken.None));

        Assert.That(refusal!.Message, Does.Contain($"port {first.Port}").And.Contain("Address already in use"));
    }

    [Test]
    public async Task The_embedded_programs_work_as_the_system_s_do()
    {
        await using var checkout = TemporaryCheckout.Create();
        await checkout.BorrowPackagesAsync();
        await using var run = checkout.NewRun();

        var settings = await LocalRunTests.StartAsync(run, ("SMPLAT_LOCAL_POSTGRES", "embedded"));

        Assert.That(
            await LocalRunTests.ExecuteAsync(settings["SMPLAT_DATABASE"], "show server_version_num"), Does.StartWith("18"));
    }

    /// <summary>The server that a run of this checkout starts.</summary>
    internal static async Task<PostgresServer> ServerOfAsync(TemporaryCheckout checkout)
    {
        try
        {
            var account = ServerAccount.Detect(TestSettings.SearchPath);
            var installation = await TestSettings.Tools.FindPostgresAsync(TestSettings.Postgres, CancellationToken.None);
            Directory.CreateDirectory(checkout.Local);
            var folder = new PostgresFolder(Path.Combine(checkout.Local, $"postgres-{installation.Major}"));
            return new(installation, account, folder, PostgresTuning.Durable);
        }
        catch (LocalStartException exception)
        {
            TestSettings.Missing(exception);
            throw;
        }
    }

    private static void Kill(PostgresServer server)
    {
        using var process = Process.GetProcessById(server.Folder.FindRunning()!.Pid);
        process.Kill();
    }
}
