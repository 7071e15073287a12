using System.CommandLine;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Queue;

/// <summary>
/// Draining a backlog of tasks that do nothing: ours beside graphile-worker and pg-boss, in turns on the same Postgres with the
/// same durability. What counts is the ratio, because the machine's own speed cancels out.
/// </summary>
internal sealed class QueueBenchmark : IBenchmark
{
    private const string Claims = "claims";

    private static readonly Option<string?> Database = new("--database") { Description = "A Postgres to use. Default: starts one." };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Measurements of each kind; the median counts.", DefaultValueFactory = _ => 3 };

    private static readonly Option<int> Unbatched = new("--unbatched") { Description = "Tasks when each is acknowledged by itself.", DefaultValueFactory = _ => 40_000 };

    private static readonly Option<int> Batched = new("--batched") { Description = "Tasks when they are acknowledged in batches.", DefaultValueFactory = _ => 200_000 };

    private static readonly Option<bool> NoPeers = new("--no-peers") { Description = "Ours only." };

    private static readonly Option<string?> Only = new("--only") { Description = "Only kinds whose name contains this." };

    public Command Build()
    {
        var command = new Command("queue", "Draining tasks, beside graphile-worker and pg-boss.")
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
            // A worker runs for days. Its code is compiled for speed while it runs, so the first drain says nothing; Node's is at once.
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

    private static IEnumerable<QueueKind> Kinds(ParseResult parsed)
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

    private static void Print(QueueKind kind, Dictionary<string, List<double>> rates)
    {
        var ours = Median(rates["ours"]);
        Console.WriteLine($"{kind.Name} ({kind.Tasks:N0} tasks, {kind.Workers} worker(s), medians of {rates["ours"].Count})");
        foreach (var (name, list) in rates)
        {
            var ratio = name == "ours" ? "" : $"   ours is {ours / Median(list):0.00} times it";
            Console.WriteLine($"  {name,-16} {Median(list),10:N0} tasks/s{ratio}");
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
