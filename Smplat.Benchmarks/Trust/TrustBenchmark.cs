using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Smplat.Benchmarks.Load;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Trust;

namespace Smplat.Benchmarks.Trust;

/// <summary>All trust metrics over two years of tasks.</summary>
internal sealed class TrustBenchmark : IBenchmark
{
    private static readonly Option<string?> Server = new("--database") { Description = "Postgres to use. Default: start one." };

    private static readonly Option<string?> Keep =
        new("--keep") { Description = "Connection string of a database to create, fill and keep, so that a second run can skip loading." };

    private static readonly Option<int> Tasks = new("--tasks") { Description = "Number of tasks to load.", DefaultValueFactory = _ => 5_000_000 };

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

/// <summary>All trust metrics over millions of tasks: cold, warm, and with a thousand callers at once.</summary>
internal sealed class TrustMeasurement(NpgsqlDataSource database)
{
    private const int Products = 40;
    private static readonly TimeSpan Span = TimeSpan.FromDays(730);

    public async Task RunAsync(int tasks)
    {
        var rows = new ScaleTaskStore(database);
        if (!await rows.IsLoadedAsync(tasks))
        {
            await TimedAsync($"Load {tasks:N0} tasks over {Span.TotalDays} days", () => rows.LoadAsync(tasks, Products, TimeProvider.System.GetUtcNow(), Span));
        }

        var rollup = new TrustRollupStore(database);
        await TimedAsync("Sum the hours (one run of the roll-up job)", () => RollUpAsync(rollup));
        await MeasureEachAsync();
        await MeasureColdAsync();
        await MeasureWarmAsync();
        await MeasureStampedeAsync();
        await MeasureQueueAsync(rows);
    }

    private static async Task RollUpAsync(TrustRollupStore store)
    {
        RollupStep step;
        do
        {
            step = await store.StepAsync(new(), CancellationToken.None);
        }
        while (step.IsWorthAnother);
    }

    private async Task MeasureEachAsync()
    {
        foreach (var metric in Registry().All)
        {
            var times = await RepeatAsync(10, () => metric.Measure(TimeProvider.System.GetUtcNow(), CancellationToken.None));
            Report($"  {metric.Id}", times);
        }
    }

    /// <summary>What a storefront waits for after a restart: all metrics, with an empty cache.</summary>
    private async Task MeasureColdAsync()
    {
        var (resolver, cache, registry) = Resolver();
        var command = Everything(registry);
        Report("Cold, all metrics in one request", await RepeatAsync(20, () =>
        {
            cache.Purge(new(null));
            return resolver.ResolveAsync(command, CancellationToken.None);
        }));
    }

    private async Task MeasureWarmAsync()
    {
        var (resolver, _, registry) = Resolver();
        var command = Everything(registry);
        await resolver.ResolveAsync(command, CancellationToken.None);
        Report("Warm, all metrics in one request", await RepeatAsync(20_000, () => resolver.ResolveAsync(command, CancellationToken.None)));
    }

    private async Task MeasureStampedeAsync()
    {
        const int Callers = 1_000;
        var (resolver, _, registry) = Resolver();
        var command = Everything(registry);
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => resolver.ResolveAsync(command, CancellationToken.None))));
        Console.WriteLine($"{Callers:N0} cold callers at once: all responses after {Stopwatch.GetElapsedTime(began).TotalMilliseconds:N0} ms");
    }

    /// <summary>What the change-tracking triggers cost the queue: the same claims and completions with and without them.</summary>
    private async Task MeasureQueueAsync(ScaleTaskStore rows)
    {
        const int Batch = 100;
        var micros = new Dictionary<bool, List<double>> { [false] = [], [true] = [] };
        for (var round = 0; round < 6; round++)
        {
            var on = round % 2 == 1;
            await rows.SwitchTriggersAsync(on);
            var ids = await rows.AddOpenAsync(2_000, TimeProvider.System.GetUtcNow());
            foreach (var batch in ids.Chunk(Batch))
            {
                var began = Stopwatch.GetTimestamp();
                await rows.ClaimAndCompleteAsync(batch, TimeProvider.System.GetUtcNow());
                micros[on].Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / batch.Length);
            }
        }

        await rows.SwitchTriggersAsync(on: true);
        await rows.RemoveAddedAsync();
        Console.WriteLine(
            $"Claim and complete a task in batches of {Batch}: {Statistics.Median(micros[false]):N1} µs without triggers, {Statistics.Median(micros[true]):N1} µs with them");
    }

    private TrustMetricRegistry Registry() =>
        new(TrustMetricList.Create(new TrustFactStore(database)));

    private (TrustResolver Resolver, TrustMetricCache Cache, TrustMetricRegistry Registry) Resolver()
    {
        var options = new FixedOptions<TrustOptions>(new());
        var counters = new TrustCounters(new DurableCounters(new CounterStore(database), NullLogger<DurableCounters>.Instance));
        var registry = Registry();
        var cache = new TrustMetricCache(registry, options, counters, TimeProvider.System, NullLogger<TrustMetricCache>.Instance);
        return (new(registry, cache, options, counters, TimeProvider.System, NullLogger<TrustResolver>.Instance), cache, registry);
    }

    private static ResolveTrust Everything(TrustMetricRegistry registry) =>
        new("checkout", [.. registry.All.Select(metric => new RequestedMetric(metric.Id, null))]);

    private static async Task<double[]> RepeatAsync(int times, Func<Task> work)
    {
        var took = new double[times];
        for (var index = 0; index < times; index++)
        {
            var began = Stopwatch.GetTimestamp();
            await work();
            took[index] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        return took;
    }

    private static async Task TimedAsync(string what, Func<Task> work)
    {
        var began = Stopwatch.GetTimestamp();
        await work();
        Console.WriteLine($"{what}: {Stopwatch.GetElapsedTime(began).TotalSeconds:N1} s");
    }

    private static void Report(string what, double[] took)
    {
        Array.Sort(took);
        Console.WriteLine(
            $"{what}: best {took[0]:N3} ms, p50 {took[took.Length / 2]:N3} ms, p99 {took[(int)(took.Length * 0.99)]:N3} ms, max {took[^1]:N3} ms");
    }
}

/// <summary>The database of <c>--keep</c>.</summary>
internal static class KeptDatabase
{
    /// <summary>Creates the database that the connection string names, if it does not exist.</summary>
    public static async Task EnsureAsync(string connectionString)
    {
        var target = new NpgsqlConnectionStringBuilder(connectionString);
        var name = target.Database ?? throw new ArgumentException("The connection string must name a database.");
        target.Database = "postgres";
        await using var admin = NpgsqlDataSource.Create(target);
        await using var exists = admin.CreateCommand("select count(*) from pg_database where datname = $1");
        exists.Parameters.Add(new() { Value = name });
        if ((long)(await exists.ExecuteScalarAsync())! == 0)
        {
            await using var create = admin.CreateCommand($"create database \"{name.Replace("\"", "\"\"")}\"");
            await create.ExecuteNonQueryAsync();
        }
    }
}
