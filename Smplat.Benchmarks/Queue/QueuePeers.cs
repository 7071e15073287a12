using System.Diagnostics;
using System.Text.Json;
using Smplat.Benchmarks.Load;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Queue;

/// <summary>The peers, run by Node.js as processes of their own, with packages under <c>.local</c>.</summary>
internal sealed class QueuePeers
{
    private readonly NodeFolder _folder;

    private QueuePeers(NodeFolder folder) => _folder = folder;

    public static string[] Names { get; } = ["graphile-worker", "pg-boss"];

    /// <returns>Null, with a line that says why, when Node.js is not there.</returns>
    public static async Task<QueuePeers?> InstallAsync(CancellationToken cancellationToken)
    {
        var (folder, missing) = await NodeFolder.PrepareAsync(
            "queue-peers",
            Path.Combine("Smplat.Benchmarks", "Queue", "Peers"),
            new SearchPath(Environment.ExpandEnvironmentVariables("%PATH%")),
            cancellationToken);
        if (folder is null)
        {
            Console.WriteLine($"Left out: {string.Join(" and ", Names)}, because {missing}.");
            return null;
        }

        return new(folder);
    }

    /// <returns>Tasks per second.</returns>
    public async Task<double> DrainAsync(string peer, QueueKind kind, string database, CancellationToken cancellationToken)
    {
        // Unbatched, pg-boss takes longer for a tenth of the tasks than the others take for all.
        var tasks = peer == "pg-boss" && !kind.IsBatched ? Math.Max(1, kind.Tasks / 10) : kind.Tasks;
        var script = peer == "graphile-worker" ? "graphile.mjs" : "pgboss.mjs";
        var output = await RunAsync(
            [script, PostgresUrl.Of(database), $"{tasks}", kind.IsBatched ? "batched" : "unbatched"], cancellationToken);
        var line = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Last(entry => entry.StartsWith('{'));
        return JsonElement.Parse(line).GetProperty("perSecond").GetDouble();
    }

    private async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_folder.Node, arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{_folder.Node} does not start.");
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{arguments[0]} failed: {await errors}");
    }
}
