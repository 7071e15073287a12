using System.CommandLine;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// Offer events over HTTP, ours beside the bare API, and single ones beside fastify with pg too, in turns on the same Postgres:
/// what counts is the ratio, because the machine's own speed cancels out.
/// </summary>
internal sealed class IngestionBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "A Postgres to use. Default: starts one." };

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 4 };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Measurements of each kind; the median counts.", DefaultValueFactory = _ => 5 };

    private static readonly Option<string[]> Settings = new("--setting") { Description = "NAME=value for the app.", DefaultValueFactory = _ => [] };

    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "Only cases whose name contains this; may be given several times.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> NoPeers = new("--no-peers") { Description = "Without fastify." };

    private static readonly Option<int> PeerPool = new("--peer-pool")
    {
        Description = "Connections to the database that fastify may have, all its processes together.",
        DefaultValueFactory = _ => 32,
    };

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
        var command = new Command("ingestion", "Offer events over HTTP, beside a bare API, fastify with pg, and bare storage.")
        {
            Database, Seconds, Rounds, Settings, Only, NoPeers, PeerPool,
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
        List<IngestionRival> rivals =
        [
            new("ours", ours, "/api/v1/analytics/offer-events", "/api/v1/analytics/offer-events"),
            new("bare", bare, "/single", "/batch"),
        ];
        var cases = Chosen(parsed);
        var peers = parsed.GetValue(NoPeers) || !cases.Any(one => one.IsSingle)
            ? []
            : await FastifyPeer.StartAsync(database.ConnectionString, parsed.GetValue(PeerPool), cancellationToken);
        rivals.AddRange(peers);
        try
        {
            await StorageFloor.PrintAsync(database.ConnectionString, cancellationToken);
            foreach (var one in cases)
            {
                await MeasureAsync(one, [.. rivals.Where(one.IsFor)], parsed);
            }
        }
        finally
        {
            foreach (var peer in peers)
            {
                await peer.DisposeAsync();
            }
        }
    }

    private static IngestionCase[] Chosen(ParseResult parsed)
    {
        var parts = parsed.GetValue(Only)!;
        return [.. Cases.Where(one => parts.Length == 0 || parts.Any(part => one.Name.Contains(part, StringComparison.Ordinal)))];
    }

    private static async Task MeasureAsync(IngestionCase one, IngestionRival[] rivals, ParseResult parsed)
    {
        var duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds));
        var rounds = new List<LoadResult[]>();
        for (var round = 0; round <= parsed.GetValue(Rounds); round++)
        {
            var results = new LoadResult[rivals.Length];
            for (var rival = 0; rival < rivals.Length; rival++)
            {
                results[rival] = await one.RunAsync(rivals[rival], duration);
            }

            if (round > 0)
            {
                // The first round warms all up.
                rounds.Add(results);
            }
        }

        one.Print(rivals, rounds);
    }

    private static Task<BenchServer> StartOursAsync(string database, IEnumerable<string> settings) => PublishedApp.StartAsync(
    [
        "SMPLAT_ENVIRONMENT=production", "SMPLAT_LOCAL_SETTINGS=sample", "CHECKOUT_API_KEY=bench", $"SMPLAT_DATABASE={database}", .. settings,
    ]);
}
