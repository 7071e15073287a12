using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Benchmarks.Load;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Database;

namespace Smplat.Benchmarks.Ingestion;

/// <summary>
/// Offer events over HTTP: our app, a bare API and, for single events, fastify with pg. They run in turn on the same Postgres,
/// and the result is the ratio, which does not depend on the speed of the machine.
/// </summary>
internal sealed class IngestionBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "Postgres to use. Default: start one." };

    private static readonly Option<int> Seconds = new("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => 4 };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Measurements of each case; the median is reported.", DefaultValueFactory = _ => 5 };

    private static readonly Option<string[]> Settings = new("--setting") { Description = "Setting for the app, as NAME=value.", DefaultValueFactory = _ => [] };

    private static readonly Option<string[]> Only = new("--only")
    {
        Description = "Only cases whose name contains this; may be repeated.",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> NoPeers = new("--no-peers") { Description = "Skip fastify." };

    private static readonly Option<int> PeerPool = new("--peer-pool")
    {
        Description = "Database connections for all fastify processes together.",
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
        var command = new Command("ingestion", "Offer events over HTTP, compared with a bare API, fastify with pg, and bare storage.")
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
        List<IngestionTarget> targets =
        [
            new("ours", ours, "/api/v1/analytics/offer-events", "/api/v1/analytics/offer-events"),
            new("bare", bare, "/single", "/batch"),
        ];
        var cases = Chosen(parsed);
        var peers = parsed.GetValue(NoPeers) || !cases.Any(one => one.IsSingle)
            ? []
            : await FastifyPeer.StartAsync(database.ConnectionString, parsed.GetValue(PeerPool), cancellationToken);
        targets.AddRange(peers);
        try
        {
            await StorageMeasurement.PrintAsync(database.ConnectionString, cancellationToken);
            foreach (var one in cases)
            {
                await MeasureAsync(one, [.. targets.Where(one.IsFor)], parsed);
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

    private static async Task MeasureAsync(IngestionCase one, IngestionTarget[] targets, ParseResult parsed)
    {
        var duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds));
        var rounds = new List<LoadResult[]>();
        for (var round = 0; round <= parsed.GetValue(Rounds); round++)
        {
            var results = new LoadResult[targets.Length];
            for (var target = 0; target < targets.Length; target++)
            {
                results[target] = await one.RunAsync(targets[target], duration);
            }

            if (round > 0)
            {
                // The first round is the warm-up.
                rounds.Add(results);
            }
        }

        one.Print(targets, rounds);
    }

    private static Task<BenchServer> StartOursAsync(string database, IEnumerable<string> settings) => PublishedApp.StartAsync(
    [
        "SMPLAT_ENVIRONMENT=production", "SMPLAT_LOCAL_SETTINGS=sample", "CHECKOUT_API_KEY=bench", $"SMPLAT_DATABASE={database}", .. settings,
    ]);
}

/// <summary>One request size and number of connections.</summary>
internal sealed record IngestionCase(string Name, int Events, bool IsSingle, int Connections)
{
    public bool IsFor(IngestionTarget target) => IsSingle || target.BatchPath is not null;

    public Task<LoadResult> RunAsync(IngestionTarget target, TimeSpan duration)
    {
        var path = IsSingle ? target.SinglePath : target.BatchPath!;
        return LoadClient.RunAsync(
            target.Server.EndPoint, Connections, duration, index => new EventRequest(path, Events, IsSingle, Random.Shared.Next() + index));
    }

    /// <param name="rounds">One row per round with one result per target; ours is the first.</param>
    public void Print(IReadOnlyList<IngestionTarget> targets, IReadOnlyList<LoadResult[]> rounds)
    {
        Console.WriteLine($"{Name} (medians of {rounds.Count})");
        var best = Enumerable.Range(1, targets.Count - 1).MaxBy(target => Statistics.Median(rounds.Select(round => round[target].PerSecond)));
        for (var index = 0; index < targets.Count; index++)
        {
            var target = index;
            var rate = Statistics.Median(rounds.Select(round => round[target].PerSecond)) * Events;
            var tail = Statistics.Median(rounds.Select(round => round[target].Percentile99.TotalMilliseconds));
            var refused = rounds.Sum(round => round[target].Refused);
            var ratio = target == 0 ? "" : $"   ours is {Ratio(rounds, target)}x";
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {targets[target].Name,-12} {rate,9:N0}/s   p99 {tail,6:F1} ms   refused {refused}{ratio}"));
        }

        if (targets.Count > 2)
        {
            Console.WriteLine($"  ours is {Ratio(rounds, best)}x of the best other ({targets[best].Name})");
        }
    }

    /// <summary>Compares within each round, so that other load on the machine affects both sides.</summary>
    private static string Ratio(IReadOnlyList<LoadResult[]> rounds, int target) =>
        Statistics.Median(rounds.Select(round => round[0].PerSecond / round[target].PerSecond)).ToString("F2", CultureInfo.InvariantCulture);
}

/// <summary>A server under test.</summary>
/// <param name="SinglePath">Path for a single event.</param>
/// <param name="BatchPath">Path for a batch; null if it accepts none.</param>
internal sealed record IngestionTarget(string Name, BenchServer Server, string SinglePath, string? BatchPath) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>
/// A request with offer events of a typical size (about 330 bytes). Each use overwrites the event ids with new version 7
/// ids and changes nothing else.
/// </summary>
internal sealed class EventRequest : IRequestTemplate
{
    private const string Placeholder = "00000000-0000-7000-8000-000000000000";

    private readonly byte[] _bytes;
    private readonly int[] _places;
    private readonly Random _random;

    public EventRequest(string path, int events, bool isSingle, int seed)
    {
        var body = isSingle ? Event(0) : $"[{string.Join(',', Enumerable.Range(0, events).Select(Event))}]";
        var head = $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-API-Key: bench\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n";
        _bytes = Encoding.UTF8.GetBytes(head + body);
        _random = new Random(seed);
        var places = new List<int>();
        var marker = Encoding.ASCII.GetBytes(Placeholder);
        for (var at = _bytes.AsSpan().IndexOf(marker); at >= 0;)
        {
            places.Add(at);
            var next = _bytes.AsSpan(at + marker.Length).IndexOf(marker);
            at = next < 0 ? -1 : at + marker.Length + next;
        }

        _places = [.. places];
    }

    public ReadOnlyMemory<byte> Body => _bytes.AsMemory(_bytes.AsSpan().IndexOf("\r\n\r\n"u8) + 4);

    public ReadOnlyMemory<byte> Next()
    {
        var milliseconds = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var place in _places)
        {
            WriteId(_bytes.AsSpan(place, 36), milliseconds);
        }

        return _bytes;
    }

    private static string Event(int index) => JsonSerializer.Serialize(new
    {
        offer_slug = $"spring-offer-{index % 23}",
        event_type = index % 3 == 0 ? "preset_cta_apply" : "impression",
        target_slug = $"plan-{index % 11}",
        action = "view",
        cart_total = 129.90m + index,
        currency = "EUR",
        order_reference = $"SM{100_000 + index}",
        event_id = Placeholder,
        metadata = new { presetId = $"preset-{index % 7}", presetLabel = "Preset of the week", source = "landing", position = index, ab = new { slug = "hero", variant = "b" } },
    });

    private void WriteId(Span<byte> place, long milliseconds)
    {
        Span<byte> random = stackalloc byte[10];
        _random.NextBytes(random);
        var id = new Guid(
            (int)(milliseconds >> 16),
            unchecked((short)milliseconds),
            (short)(0x7000 | (random[0] << 4) | (random[1] & 0xF)),
            (byte)(0x80 | (random[2] & 0x3F)),
            random[3], random[4], random[5], random[6], random[7], random[8], random[9]);
        System.Buffers.Text.Utf8Formatter.TryFormat(id, place, out _);
    }
}

/// <summary>Storage without HTTP: both of our insert methods and the bare API's, at several sizes on one connection.</summary>
internal static class StorageMeasurement
{
    private static readonly int[] Sizes = [1, 8, 16, 32, 64, 128, 500, 2_000];

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(1);

    public static async Task PrintAsync(string database, CancellationToken cancellationToken)
    {
        var options = new DatabaseOptions { ConnectionString = database };
        await using var source = SmplatDataSource.Create(options, NullLoggerFactory.Instance);
        var store = new OfferEventStore(source);
        await BareStore.CreateTableAsync(source, cancellationToken);
        foreach (var size in Sizes)
        {
            var request = new EventRequest("/", size, isSingle: false, seed: size);
            var insert = await MeasureAsync(request, size, events => store.InsertAsync(events, Now(), cancellationToken));
            var copy = await MeasureAsync(request, size, events => store.CopyAsync(events, Now(), cancellationToken));
            var bare = await MeasureBareAsync(request, size, source, cancellationToken);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"storage, {size,5} per commit         unnest {insert,9:N0}/s  copy {copy,9:N0}/s  bare unnest, one table {bare,9:N0}/s"));
        }
    }

    private static DateTimeOffset Now() => TimeProvider.System.GetUtcNow();

    private static async Task<double> MeasureAsync(EventRequest request, int size, Func<OfferEvent[], Task> store)
    {
        var parser = new OfferEventParser(TimeProvider.System);
        var rules = new OfferEventRules(new AnalyticsOptions());
        return await MeasureAsync(size, async () =>
        {
            request.Next();
            var events = parser.Parse(request.Body, OfferEventNaming.Snake, rules, null).Items.Select(item => item.Event!).ToArray();
            Array.Sort(events, (left, right) => left.Id.CompareTo(right.Id));
            await store(events);
        });
    }

    private static Task<double> MeasureBareAsync(
        EventRequest request, int size, NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var json = new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
        return MeasureAsync(size, async () =>
        {
            request.Next();
            await BareStore.InsertAsync(
                source, JsonSerializer.Deserialize<BareEvent[]>(request.Body.Span, json)!, cancellationToken);
        });
    }

    private static async Task<double> MeasureAsync(int size, Func<Task> once)
    {
        for (var index = 0; index < 5; index++)
        {
            await once();
        }

        var watch = Stopwatch.StartNew();
        var count = 0L;
        while (watch.Elapsed < Duration)
        {
            await once();
            count += size;
        }

        return count / watch.Elapsed.TotalSeconds;
    }
}
