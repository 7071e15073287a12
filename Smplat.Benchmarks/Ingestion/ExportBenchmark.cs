using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Benchmarks.Load;
using Smplat.Core.Platform.Database;
using Smplat.LocalHost;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// <c>smplat export offer-events</c> as its own process, over a tenth of the rows and over all of them: rows per second and
/// peak memory, which must not grow with the number of rows.
/// </summary>
internal sealed class ExportBenchmark : IBenchmark
{
    private static readonly TimeSpan Sampling = TimeSpan.FromMilliseconds(20);

    private static readonly Option<string?> Server = new("--database") { Description = "Postgres to use. Default: start one." };

    private static readonly Option<int> Rows = new("--rows") { Description = "Number of events to load.", DefaultValueFactory = _ => 1_000_000 };

    public Command Build()
    {
        var command = new Command("export", "Export of offer events: rows per second and memory.") { Server, Rows };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var rows = parsed.GetValue(Rows);
        await using var bench = await BenchDatabase.CreateAsync(parsed.GetValue(Server), cancellationToken);
        await using (var database = SmplatDataSource.Create(
            new DatabaseOptions { ConnectionString = bench.ConnectionString }, NullLoggerFactory.Instance))
        {
            await new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(cancellationToken);
            await new ExportRowStore(database).LoadAsync(rows, cancellationToken);
        }

        var folder = Directory.CreateTempSubdirectory("smplat-bench-");
        try
        {
            foreach (var name in new[] { "events.csv", "events.csv.gz", "events.ndjson", "events.json" })
            {
                await MeasureAsync(bench.ConnectionString, Path.Combine(folder.FullName, name), rows / 10, cancellationToken);
                await MeasureAsync(bench.ConnectionString, Path.Combine(folder.FullName, name), rows, cancellationToken);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string database, string path, int rows, CancellationToken cancellationToken)
    {
        var format = Path.GetFileName(path).Split('.')[1];
        var since = ExportRowStore.TimeOf(rows).ToString("O", CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true };
        string[] arguments =
        [
            CommandLinePath(), "export", "offer-events", "--format", format, "--output", path, "--since", since, "--database", database,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The command line does not start.");
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, Peak(process));
            await Task.WhenAny(process.WaitForExitAsync(cancellationToken), Task.Delay(Sampling, cancellationToken));
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(await errors);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(path),-14} {rows,9:N0} rows  {watch.Elapsed.TotalSeconds,6:F1} s  {rows / watch.Elapsed.TotalSeconds,9:N0} rows/s  {new FileInfo(path).Length / 1e6,7:F1} MB  peak memory {peak / 1e6,5:F0} MB"));
    }

    /// <returns>0 when the process ended in the meantime.</returns>
    private static long Peak(Process process)
    {
        try
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
        catch (InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>In its own folder; next to this program it would load this program's libraries.</summary>
    private static string CommandLinePath()
    {
        var build = new DirectoryInfo(AppContext.BaseDirectory);
        var root = RepositoryRoot.Path ?? throw new InvalidOperationException("Run it from a checkout.");
        return Path.Combine(root, "Smplat.Cli", "bin", build.Parent!.Name, build.Name, "smplat.dll");
    }
}
