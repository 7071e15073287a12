using System.Globalization;
using Npgsql;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>
/// A Postgres of our own, started with pg_ctl and so in a session of its own: Ctrl-C in the terminal does not reach it
/// before the app has written out what it holds.
/// </summary>
public sealed class PostgresServer(
    PostgresInstallation installation, ServerAccount account, PostgresFolder folder, PostgresTuning tuning)
{
    private const int StartAttempts = 4;

    /// <summary>After a kill of the postmaster its children hold the shared memory for about a second.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(90);

    public int Port { get; private set; }

    public PostgresFolder Folder => folder;

    public string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = database,
        Username = PostgresFolder.User,
        Password = folder.ReadPassword(),
    }.ConnectionString;

    /// <summary>Starts the server, or takes over the one that a killed run left behind on this folder.</summary>
    /// <param name="port">Null for a free one.</param>
    /// <exception cref="LocalStartException">It does not start; the message ends with its log.</exception>
    public async Task StartAsync(int? port, CancellationToken cancellationToken)
    {
        if (!folder.IsInitialised)
        {
            await folder.CreateAsync(account, cancellationToken);
            await folder.InitialiseAsync(installation, account, cancellationToken);
        }

        if (!await account.OwnsAsync(folder.Data, cancellationToken))
        {
            throw new LocalStartException(
                $"{folder.Data} belongs to another user, who made it in an earlier run. Run as that user, or remove {folder.Path} to start afresh.");
        }

        if (await TryTakeOverAsync(port, cancellationToken))
        {
            return;
        }

        CommandResult result = new(0, "");
        for (var attempt = 1; attempt <= StartAttempts; attempt++)
        {
            Port = port ?? FreePort.Find();
            folder.ForgetDeadPostmaster();
            result = await PgCtlAsync(["start", "-w", "-t", "60", "-l", folder.Log, "-o", tuning.CommandLine(Port)], cancellationToken);
            if (result.ExitCode == 0)
            {
                return;
            }

            await Task.Delay(RetryDelay, cancellationToken);
        }

        throw new LocalStartException(
            $"{installation} does not start on port {Port}. Its log, {folder.Log}, ends with:{Environment.NewLine}" +
            $"{folder.LogTail()}{Environment.NewLine}{result.Output}");
    }

    /// <summary>Ends all sessions and writes everything out.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => StopAsync("fast", cancellationToken);

    /// <summary>Ends without writing out, as a crash does; the next start recovers.</summary>
    public Task StopAtOnceAsync(CancellationToken cancellationToken) => StopAsync("immediate", cancellationToken);

    private async Task StopAsync(string mode, CancellationToken cancellationToken)
    {
        if (folder.FindRunning() is not null)
        {
            var result = await PgCtlAsync(["stop", "-m", mode, "-w", "-t", "60"], cancellationToken);
            if (folder.FindRunning() is not null)
            {
                result.ThrowIfFailed($"Stopping the Postgres of {folder.Path}");
            }
        }
    }

    private async Task<bool> TryTakeOverAsync(int? port, CancellationToken cancellationToken)
    {
        if (folder.FindRunning() is not { } running)
        {
            return false;
        }

        Port = running.Port;
        if ((port is null || port == running.Port) && await AnswersAsync(cancellationToken))
        {
            return true;
        }

        await StopAsync(cancellationToken);
        return false;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false, Timeout = 5 };
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return connection.PostgreSqlVersion.Major == installation.Major;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            return false;
        }
    }

    private Task<CommandResult> PgCtlAsync(string[] arguments, CancellationToken cancellationToken) =>
        LocalCommand.RunAsync(
            account.Command(installation.Program("pg_ctl"), ["-D", folder.Data, .. arguments]), CommandLimit, cancellationToken);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{installation} on port {Port}, data in {folder.Path}");
}
