using System.CommandLine;
using System.Globalization;
using Smplat.Cli.Commands.Api;

namespace Smplat.Cli.Commands.Incident;

/// <summary><c>smplat incident</c>: what a retrospective needs, kept while it can still be had.</summary>
public sealed class IncidentCommands : ICommandModule
{
    private static readonly Option<string?> Output = new("--output")
    {
        Description = "Archive when it ends in .zip, else a folder. Default: incident-<time>.zip.",
    };

    private static readonly Option<string> Since = new("--since")
    {
        Description = "How far back failed runs and log lines are kept: 30m, 24h, 7d or an ISO instant.",
        DefaultValueFactory = _ => "24h",
    };

    private static readonly Option<FileInfo[]> Logs = new("--logs")
    {
        Description = "Log files of the app; their server_action_failed lines are kept. Compressed when they end in .gz.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };

    public void AddTo(RootCommand root)
    {
        var snapshot = new Command(
            "snapshot", "Keep readiness, feed, job ledger, failed actions, flags and banner for the retrospective. What cannot be had is named.")
        {
            Output, Since, Logs, ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        snapshot.SetWork(SnapshotAsync);
        root.Subcommands.Add(new Command("incident", "Incidents.") { snapshot });
    }

    private static async Task<int> SnapshotAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var now = TimeProvider.System.GetUtcNow();
        var since = WindowText.Parse(parsed.GetValue(Since)!, now);
        var path = parsed.GetValue(Output) ?? $"incident-{now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}.zip";
        using var api = ApiOptions.Connect(parsed);
        await using var services = CliServices.Create(parsed);
        await using var archive = SnapshotArchive.Open(path);
        var index = new SnapshotIndex(now, since, api.Origin);
        var collection = new SnapshotCollection(archive, index);

        await AppParts.CollectAsync(api, collection, cancellationToken);
        await DatabaseParts.CollectAsync(parsed, services, collection, since, cancellationToken);
        await LogParts.CollectAsync(parsed.GetValue(Logs)!, collection, since, cancellationToken);
        await archive.WriteAsync("index.json", CliResult.ToJson(index.ToRecord()), cancellationToken);
        await archive.WriteAsync("index.md", SnapshotPage.Write(index), cancellationToken);
        archive.Complete();
        return parsed.Show(
            new { file = path, index = index.ToRecord() },
            Tell(path, index),
            index.Missing.Any() ? CommandLine.Failed : 0);
    }

    private static string Tell(string path, SnapshotIndex index) => string.Join(
        Environment.NewLine,
        [
            $"{index.Kept.Count()} parts are in {path}; {(index.Missing.Any() ? "missing: " + string.Join(", ", index.Missing.Select(part => part.File)) : "none is missing")}.",
            .. index.LeftOut.Select(part => $"Left out: {part.File} ({part.Reason})."),
        ]);
}
