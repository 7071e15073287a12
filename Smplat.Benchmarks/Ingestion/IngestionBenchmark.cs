using System.CommandLine;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// Offer events over HTTP, ours beside the bare API, in turns on the same Postgres: what counts is the ratio, because the
/// machine's own speed cancels out.
/// </summary>
internal sealed class IngestionBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "A Postgres to use. Default: starts one." };

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 4 };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Measurements of each kind; the median counts.", DefaultValueFactory = _ => 5 };

    private static readonly Option<string[]> Settings = new("--setting") { Description = "NAME=value for the app.", DefaultValueFactory = _ => [] };

    private static readonly Option<string?> Only = new("--only") { Description = "Only cases whose name contains this." };

    private static readonly IngestionCase[] Cases =
    [
        new("single, 16 connections", 1, true, 16),
        new("single, 64 connections", 1, true, 64),
        new("batch of 1, 16 connections", 1, false, 16),
        new("batch of 100, 8 connections", 100, false, 8),
        new("batch of 500, 8 connections", 500, false, 8),
        new("batch of 2000, 4 connections", 2_000, false, 4),
    ];

    public Command Build()
    {
        var command = new Command("ingestion", "Offer events over HTTP beside a bare API and bare storage.")
        {
            Database, Seconds, Rounds, Settings, Only,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.CreateAsync(parsed.GetValue(Database), cancellationToken);
        await using var ours = await StartOursAsync(database.ConnectionString, parsed.GetValue(Settings)!);
        await using var bare = await BenchServer.StartAsync(
            typeof(IngestionBenchmark).Assembly.Location,
            port => ["serve-bare", "--port", $"{port}", "--database", database.ConnectionString]);
        var duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds));
        await StorageFloor.PrintAsync(database.ConnectionString, cancellationToken);
        foreach (var one in Cases.Where(one => one.Name.Contains(parsed.GetValue(Only) ?? "", StringComparison.Ordinal)))
        {
            var rivals = new List<(LoadResult Ours, LoadResult Bare)>();
            for (var round = 0; round <= parsed.GetValue(Rounds); round++)
            {
                var measured = (await one.RunAsync(ours, isOurs: true, duration), await one.RunAsync(bare, isOurs: false, duration));
                if (round > 0)
                {
                    // The first round warms both up.
                    rivals.Add(measured);
                }
            }

            one.Print(rivals);
        }
    }

    private static Task<BenchServer> StartOursAsync(string database, IEnumerable<string> settings) => BenchServer.StartAsync(
        Path.Combine(AppContext.BaseDirectory, "Smplat.Functions.dll"),
        port =>
        [
            $"--SMPLAT_PORT={port}", "--SMPLAT_BIND_ADDRESS=127.0.0.1", "--SMPLAT_ENVIRONMENT=production",
            "--SMPLAT_LOCAL_SETTINGS=sample", "--SMPLAT_LOCAL_TIMERS=false", "--SMPLAT_LOCAL_SERVICES=false",
            "--CHECKOUT_API_KEY=bench", $"--SMPLAT_DATABASE={database}", .. settings.Select(setting => $"--{setting}"),
        ]);
}
