using Npgsql;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Tests.LocalHost;

public sealed class LocalRunTests
{
    [Test]
    public async Task A_second_run_finds_the_data_of_the_first()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using (var first = checkout.NewRun())
        {
            var settings = await StartAsync(first);
            await ExecuteAsync(settings["SMPLAT_DATABASE"], "create table kept as select 7 as number");
        }

        Assert.That(checkout.FindPostgres(), Is.Null);
        var console = new RecordingConsole();
        await using var second = checkout.NewRun();
        var again = await second.StartAsync(TemporaryCheckout.Settings(), console, CancellationToken.None);

        Assert.That(await ExecuteAsync(again["SMPLAT_DATABASE"], "select number from kept"), Is.EqualTo(7));
        Assert.That(console.Text, Does.Not.Contain("Created the database"));
    }

    [Test]
    public async Task A_run_that_is_killed_leaves_a_server_that_the_next_one_takes_over()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using (var first = checkout.NewRun())
        {
            await StartAsync(first);
        }

        var left = await StartServerAsync(checkout);
        await using var next = checkout.NewRun();
        await StartAsync(next);

        Assert.That(checkout.FindPostgres()!.Pid, Is.EqualTo(left.Pid));
        await next.StopAsync();
        Assert.That(checkout.FindPostgres(), Is.Null);
    }

    [Test]
    public async Task A_leftover_server_on_another_port_is_replaced()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using (var first = checkout.NewRun())
        {
            await StartAsync(first);
        }

        var left = await StartServerAsync(checkout);
        var wanted = FreePort.Find();
        await using var next = checkout.NewRun();
        await StartAsync(next, ("SMPLAT_LOCAL_POSTGRES_PORT", $"{wanted}"));

        Assert.That(checkout.FindPostgres()!.Port, Is.EqualTo(wanted));
        Assert.That(checkout.FindPostgres()!.Pid, Is.Not.EqualTo(left.Pid));
    }

    [Test]
    public async Task Two_checkouts_run_at_the_same_time()
    {
        await using var one = TemporaryCheckout.Create();
        await using var other = TemporaryCheckout.Create();
        await using var first = one.NewRun();
        await using var second = other.NewRun();

        var both = await Task.WhenAll(StartAsync(first), StartAsync(second));

        Assert.That(both[0]["SMPLAT_DATABASE"], Is.Not.EqualTo(both[1]["SMPLAT_DATABASE"]));
        Assert.That(await ExecuteAsync(both[0]["SMPLAT_DATABASE"], "select 1"), Is.EqualTo(1));
        Assert.That(await ExecuteAsync(both[1]["SMPLAT_DATABASE"], "select 2"), Is.EqualTo(2));
    }

    [Test]
    public async Task What_the_settings_name_is_not_started()
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var run = checkout.NewRun();

        var settings = await StartAsync(run, ("SMPLAT_DATABASE", "Host=db.example"));

        Assert.That(settings, Is.Empty);
        Assert.That(checkout.FindPostgres(), Is.Null);
    }

    [Test]
    public async Task Azurite_runs_while_the_run_does()
    {
        await using var checkout = TemporaryCheckout.Create();
        await checkout.BorrowPackagesAsync();
        await using var run = checkout.NewRun();

        var settings = await StartAsync(run, ("SMPLAT_DATABASE", "Host=db.example"), ("AzureWebJobsStorage", ""));
        var port = TablePort(settings["AzureWebJobsStorage"]);

        Assert.That(await AzuriteServer.IsListeningAsync(port, CancellationToken.None), Is.True);
        await run.StopAsync();
        Assert.That(await AzuriteServer.IsListeningAsync(port, CancellationToken.None), Is.False);
    }

    [TestCase("SMPLAT_LOCAL_POSTGRES", "mysql")]
    [TestCase("SMPLAT_LOCAL_POSTGRES_PORT", "99999")]
    public async Task An_invalid_setting_prevents_the_start_and_is_named(string name, string value)
    {
        await using var checkout = TemporaryCheckout.Create();
        await using var run = checkout.NewRun();

        var refusal = await Assert.ThrowsAsync<LocalStartException>(() => StartAsync(run, (name, value)));

        Assert.That(refusal!.Message, Does.Contain(name).And.Contain(value));
    }

    internal static Task<IReadOnlyDictionary<string, string>> StartAsync(
        LocalRun run, params (string Name, string Value)[] given) =>
        run.StartAsync(TemporaryCheckout.Settings(given), new RecordingConsole(), CancellationToken.None);

    internal static async Task<object?> ExecuteAsync(string connectionString, string statement)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(statement);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Starts the server of a checkout without a run, as a killed run leaves it.</summary>
    private static async Task<RunningPostmaster> StartServerAsync(TemporaryCheckout checkout)
    {
        var server = await PostgresServerTests.ServerOfAsync(checkout);
        await server.StartAsync(null, CancellationToken.None);
        return checkout.FindPostgres()!;
    }

    private static int TablePort(string connectionString) => new Uri(connectionString.Split(';')
        .Single(part => part.StartsWith("TableEndpoint=", StringComparison.Ordinal))["TableEndpoint=".Length..]).Port;
}
