namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>How a server of ours is set up, as options of its command line.</summary>
/// <param name="Options">Without the port and the addresses.</param>
public sealed record PostgresTuning(IReadOnlyList<string> Options)
{
    /// <summary>Commits survive a kill of the server and of the machine.</summary>
    public static PostgresTuning Durable { get; } = new(
        ["max_connections=200", "shared_buffers=128MB", "max_wal_size=2GB", "jit=off"]);

    /// <summary>For throwaway data: commits survive a kill of the server, not of the machine.</summary>
    public static PostgresTuning Throwaway { get; } = new(
    [
        "max_connections=300", "shared_buffers=128MB", "max_wal_size=2GB", "jit=off",
        "fsync=off", "synchronous_commit=off", "full_page_writes=off",
    ]);

    /// <summary>One argument for pg_ctl, which hands it to a shell. TCP only: a socket's path has a short limit.</summary>
    public string CommandLine(int port)
    {
        string[] reach = [$"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=''", "timezone=UTC", "log_timezone=UTC"];
        return string.Join(' ', reach.Concat(Options).Select(option => $"-c {option}"));
    }
}
