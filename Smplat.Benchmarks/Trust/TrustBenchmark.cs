using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Smplat.Benchmarks.Load;
using Smplat.Core.Platform.Database;

namespace Smplat.Benchmarks.Trust;

/// <summary>All trust metrics over two years of tasks.</summary>
internal sealed class TrustBenchmark : IBenchmark
{
    private static readonly Option<string?> Server = new("--database") { Description = "A Postgres to use. Default: starts one." };

    private static readonly Option<string?> Keep =
        new("--keep") { Description = "Connection string of a database that is made, filled and kept, so that a second run measures at once." };

    private static readonly Option<int> Tasks = new("--tasks") { Description = "Tasks to load.", DefaultValueFactory = _ => 5_000_000 };

    public Command Build()
    {
        var command = new Command("trust", "Trust metrics over two years of tasks: cold, warm, and a thousand callers at once.") { Server, Keep, Tasks };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Keep) is { } kept)
        {
            await KeptDatabase.EnsureAsync(kept);
            await MeasureAsync(kept, parsed.GetValue(Tasks), cancellationToken);
            return;
        }

        await using var database = await BenchDatabase.CreateAsync(parsed.GetValue(Server), cancellationToken);
        await MeasureAsync(database.ConnectionString, parsed.GetValue(Tasks), cancellationToken);
    }

    private static async Task MeasureAsync(string connectionString, int tasks, CancellationToken cancellationToken)
    {
        await using var database = SmplatDataSource.Create(
            new DatabaseOptions { ConnectionString = connectionString }, NullLoggerFactory.Instance);
        await new Migrator(database, NullLogger<Migrator>.Instance).MigrateAsync(cancellationToken);
        await new TrustMeasurement(database).RunAsync(tasks);
    }
}
