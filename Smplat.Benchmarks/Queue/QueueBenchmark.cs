using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Smplat.Benchmarks.Load;
using Smplat.Core.Fulfillment;
using Smplat.Core.Guardrails;
using Smplat.Core.Notifications;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Queue;

/// <summary>
/// Drains a backlog of tasks that do nothing with our worker, graphile-worker and pg-boss, in turn on the same Postgres with
/// the same durability. The result is the ratio, which does not depend on the speed of the machine.
/// </summary>
internal sealed class QueueBenchmark : IBenchmark
{
    private const string Claims = "claims";

    private static readonly Option<string?> Database = new("--database") { Description = "Postgres to use. Default: start one." };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Measurements of each case; the median is reported.", DefaultValueFactory = _ => 3 };

    private static readonly Option<int> Unbatched = new("--unbatched") { Description = "Number of tasks when each is acknowledged separately.", DefaultValueFactory = _ => 40_000 };

    private static readonly Option<int> Batched = new("--batched") { Description = "Number of tasks when they are acknowledged in batches.", DefaultValueFactory = _ => 200_000 };

    private static readonly Option<bool> NoPeers = new("--no-peers") { Description = "Skip the peers." };

    private static readonly Option<string?> Only = new("--only") { Description = "Only cases whose name contains this." };

    public Command Build()
    {
        var command = new Command("queue", "Draining tasks, compared with graphile-worker and pg-boss.")
        {
            Database, Rounds, Unbatched, Batched, NoPeers, Only,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var peers = parsed.GetValue(NoPeers) ? null : await QueuePeers.InstallAsync(cancellationToken);
        await using var database = await BenchDatabase.CreateAsync(parsed.GetValue(Database), cancellationToken);
        await using var ours = await OurQueue.CreateAsync(database.ConnectionString, cancellationToken);
        foreach (var kind in Kinds(parsed).Where(kind => kind.Name.Contains(parsed.GetValue(Only) ?? "", StringComparison.Ordinal)))
        {
            var rates = new Dictionary<string, List<double>>();
            // Warm-up: .NET optimizes code while it runs, and a real worker runs for days. Node.js optimizes much sooner.
            await ours.DrainAsync(kind, cancellationToken);
            for (var round = 0; round < parsed.GetValue(Rounds); round++)
            {
                Add(rates, "ours", await ours.DrainAsync(kind, cancellationToken));
                foreach (var peer in peers is null || !kind.HasPeers ? [] : QueuePeers.Names)
                {
                    Add(rates, peer, await peers!.DrainAsync(peer, kind, database.ConnectionString, cancellationToken));
                }
            }

            Print(kind, rates);
        }

        if (Claims.Contains(parsed.GetValue(Only) ?? "", StringComparison.Ordinal))
        {
            await ours.MeasureClaimsAsync(parsed.GetValue(Batched) / 4, cancellationToken);
        }
    }

    private static IEnumerable<QueueCase> Kinds(ParseResult parsed)
    {
        var (few, many) = (parsed.GetValue(Unbatched), parsed.GetValue(Batched));
        yield return new("unbatched", few, AckBatch: 1, ClaimBatch: 500, Parallelism: 24, Workers: 1, CompletesOrders: false, HasPeers: true);
        yield return new("batched", many, AckBatch: 500, ClaimBatch: 1000, Parallelism: 4, Workers: 2, CompletesOrders: false, HasPeers: true);
        yield return new("batched, every order completes", many, AckBatch: 500, ClaimBatch: 1000, Parallelism: 4, Workers: 2, CompletesOrders: true, HasPeers: false);
    }

    private static void Add(Dictionary<string, List<double>> rates, string name, double rate)
    {
        if (!rates.TryGetValue(name, out var list))
        {
            rates[name] = list = [];
        }

        list.Add(rate);
    }

    private static void Print(QueueCase kind, Dictionary<string, List<double>> rates)
    {
        var ours = Statistics.Median(rates["ours"]);
        Console.WriteLine($"{kind.Name} ({kind.Tasks:N0} tasks, {kind.Workers} worker(s), medians of {rates["ours"].Count})");
        foreach (var (name, list) in rates)
        {
            var ratio = name == "ours" ? "" : $"   ours is {ours / Statistics.Median(list):0.00}x";
            Console.WriteLine($"  {name,-16} {Statistics.Median(list),10:N0} tasks/s{ratio}");
        }
    }
}

/// <summary>One way to drain the backlog.</summary>
/// <param name="CompletesOrders">Each order has four tasks, so it starts and completes; otherwise orders do not change status.</param>
/// <param name="HasPeers">The peers can do the same; they have no orders.</param>
internal sealed record QueueCase(
    string Name, int Tasks, int AckBatch, int ClaimBatch, int Parallelism, int Workers, bool CompletesOrders, bool HasPeers)
{
    public bool IsBatched => AckBatch > 1;
}

/// <summary>Our worker with tasks that do nothing; claims, leases, acknowledgements, roll-ups and counters are real.</summary>
internal sealed class OurQueue : IAsyncDisposable
{
    private readonly string _database;
    private readonly BacklogStore _backlog;

    private OurQueue(string database, BacklogStore backlog) => (_database, _backlog) = (database, backlog);

    public static async Task<OurQueue> CreateAsync(string database, CancellationToken cancellationToken)
    {
        await using var services = Build(database, null);
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        return new(database, new BacklogStore(database));
    }

    /// <returns>Tasks per second, from the first claim until the last roll-up.</returns>
    public async Task<double> DrainAsync(QueueCase kind, CancellationToken cancellationToken)
    {
        await _backlog.FillAsync(kind.Tasks, kind.CompletesOrders, cancellationToken);
        await using var services = Build(_database, kind);
        var drain = services.GetRequiredService<FulfillmentWorker>();
        var watch = Stopwatch.StartNew();
        var reports = await Task.WhenAll(Enumerable.Range(0, kind.Workers).Select(
            _ => Task.Run(() => drain.RunAsync(Guid.NewGuid().ToString("N"), cancellationToken))));
        var seconds = watch.Elapsed.TotalSeconds;
        var done = await _backlog.CountCompletedAsync(cancellationToken);
        return done == kind.Tasks && reports.Sum(report => report.Processed) == kind.Tasks
            ? kind.Tasks / seconds
            : throw new InvalidOperationException($"{done} of {kind.Tasks} tasks were completed.");
    }

    public Task MeasureClaimsAsync(int tasks, CancellationToken cancellationToken) =>
        new ClaimLatency(_database, _backlog).RunAsync(tasks, cancellationToken);

    public ValueTask DisposeAsync() => _backlog.DisposeAsync();

    private static ServiceProvider Build(string database, QueueCase? kind)
    {
        var settings = new Dictionary<string, string?> { ["SMPLAT_DATABASE"] = database };
        if (kind is not null)
        {
            settings["FULFILLMENT_BATCH_SIZE"] = $"{kind.ClaimBatch}";
            settings["FULFILLMENT_PARALLELISM"] = $"{kind.Parallelism}";
            settings["FULFILLMENT_ACK_BATCH_SIZE"] = $"{kind.AckBatch}";
        }

        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddSingleton(TimeProvider.System);
        services.AddDatabase().AddObservability().AddJobs().AddNotifications().AddOrders().AddGuardrails().AddFulfillment();
        services.Replace(ServiceDescriptor.Singleton<ITaskGateway>(new NoWork()));
        return services.BuildServiceProvider();
    }

    private sealed class NoWork : ITaskGateway
    {
        private static readonly Task<ExecutionOutcome> Done =
            Task.FromResult<ExecutionOutcome>(new ExecutionOutcome.Succeeded("""{"status":"done"}"""));

        public Task<ExecutionOutcome> ExecuteAsync(ClaimedTask task, CancellationToken cancellationToken) => Done;
    }
}

/// <summary>
/// Duration of one claim while a backlog is drained: alone, and while another connection is idle in a transaction, so that
/// vacuum removes nothing and every claim has to skip the dead rows of earlier ones.
/// </summary>
internal sealed class ClaimLatency(string connectionString, BacklogStore backlog)
{
    private const int Batch = 25;
    private const string Result = """{"status":"done"}""";
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    public async Task RunAsync(int tasks, CancellationToken cancellationToken)
    {
        Console.WriteLine($"claims of {Batch} out of {tasks:N0} due tasks, each followed by its acknowledgement");
        Print("alone", await MeasureAsync(tasks, cancellationToken));
        await using var database = NpgsqlDataSource.Create(connectionString);
        await backlog.FillAsync(tasks, completesOrders: false, cancellationToken);
        await using var holder = await BacklogStore.HoldSnapshotAsync(database, cancellationToken);
        Print("idle in transaction", await DrainAsync(cancellationToken));
    }

    private async Task<(List<double> Claims, long DeadRows)> MeasureAsync(int tasks, CancellationToken cancellationToken)
    {
        await backlog.FillAsync(tasks, completesOrders: false, cancellationToken);
        return await DrainAsync(cancellationToken);
    }

    private async Task<(List<double> Claims, long DeadRows)> DrainAsync(CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        var queue = new TaskQueueStore(database);
        var claims = new List<double>();
        while (true)
        {
            var now = TimeProvider.System.GetUtcNow();
            var begun = Stopwatch.GetTimestamp();
            var claimed = await queue.ClaimDueAsync(Guid.CreateVersion7(now), "bench", Batch, now, Lease, cancellationToken);
            claims.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            if (claimed.Count == 0)
            {
                return (claims, await backlog.CountDeadRowsAsync(cancellationToken));
            }

            await queue.CompleteAsync([.. claimed.Select(task => new FinishedTask(task, Result))], "bench", now, cancellationToken);
        }
    }

    private static void Print(string name, (List<double> Claims, long DeadRows) measured)
    {
        var (claims, dead) = measured;
        var tenth = Math.Max(1, claims.Count / 10);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {name,-20} p50 {Statistics.Quantile(claims, 0.5):0.00} ms, p99 {Statistics.Quantile(claims, 0.99):0.00} ms; first tenth {Statistics.Quantile(claims[..tenth], 0.5):0.00} ms, last tenth {Statistics.Quantile(claims[^tenth..], 0.5):0.00} ms; {dead:N0} dead rows left"));
    }
}

/// <summary>The peers, each run as a Node.js process, with packages under <c>.local</c>.</summary>
internal sealed class QueuePeers
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(30);

    private readonly NodeFolder _folder;

    private QueuePeers(NodeFolder folder) => _folder = folder;

    public static string[] Names { get; } = ["graphile-worker", "pg-boss"];

    /// <returns>Null without Node.js; a line says why.</returns>
    public static async Task<QueuePeers?> InstallAsync(CancellationToken cancellationToken)
    {
        var (folder, missing) = await NodeFolder.PrepareAsync(
            "queue-peers",
            Path.Combine("Smplat.Benchmarks", "Queue", "Peers"),
            new SearchPath(Environment.ExpandEnvironmentVariables("%PATH%")),
            cancellationToken);
        if (folder is null)
        {
            Console.WriteLine($"Skipped {string.Join(" and ", Names)}: {missing}.");
            return null;
        }

        return new(folder);
    }

    /// <returns>Tasks per second.</returns>
    public async Task<double> DrainAsync(string peer, QueueCase kind, string database, CancellationToken cancellationToken)
    {
        // Unbatched, pg-boss needs longer for a tenth of the tasks than the others for all.
        var tasks = peer == "pg-boss" && !kind.IsBatched ? Math.Max(1, kind.Tasks / 10) : kind.Tasks;
        var script = peer == "graphile-worker" ? "graphile.mjs" : "pgboss.mjs";
        var output = await RunAsync(
            [script, PostgresUrl.Of(database), $"{tasks}", kind.IsBatched ? "batched" : "unbatched"], cancellationToken);
        var line = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Last(entry => entry.StartsWith('{'));
        return JsonElement.Parse(line).GetProperty("perSecond").GetDouble();
    }

    private async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_folder.Node, arguments) { WorkingDirectory = _folder.Path };
        var result = await LocalCommand.RunAsync(start, RunLimit, cancellationToken);
        result.ThrowIfFailed(arguments[0]);
        return result.Output;
    }
}
