using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Smplat.LocalHost;

namespace Smplat.Benchmarks.Queue;

/// <summary>The peers, run by Node.js as processes of their own, with packages under <c>.local</c>.</summary>
internal sealed class QueuePeers
{
    private readonly string _folder;

    private QueuePeers(string folder) => _folder = folder;

    public static string[] Names { get; } = ["graphile-worker", "pg-boss"];

    public static async Task<QueuePeers> InstallAsync(CancellationToken cancellationToken)
    {
        var root = RepositoryRoot.Path ?? throw new InvalidOperationException("Run it from a checkout.");
        var folder = Path.Combine(root, ".local", "queue-peers");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "Smplat.Benchmarks", "Queue", "Peers")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Console.WriteLine("Installing graphile-worker and pg-boss under .local …");
            await RunAsync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], folder, cancellationToken);
        }

        return new(folder);
    }

    /// <returns>Tasks per second.</returns>
    public async Task<double> DrainAsync(string peer, QueueKind kind, string database, CancellationToken cancellationToken)
    {
        var script = peer == "graphile-worker" ? "graphile.mjs" : "pgboss.mjs";
        var output = await RunAsync(
            "node", [script, Url(database), $"{kind.Tasks}", kind.IsBatched ? "batched" : "unbatched"], _folder, cancellationToken);
        var line = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Last(entry => entry.StartsWith('{'));
        return JsonElement.Parse(line).GetProperty("perSecond").GetDouble();
    }

    private static string Url(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        return $"postgres://{settings.Username}:{Uri.EscapeDataString(settings.Password ?? "")}@{settings.Host}:{settings.Port}/{settings.Database}";
    }

    private static async Task<string> RunAsync(
        string program, string[] arguments, string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start.");
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed: {await errors}");
    }
}
