using System.CommandLine;
using System.Globalization;
using Smplat.Benchmarks.Load;

namespace Smplat.Benchmarks.Startup;

/// <summary>Start of the published app to its first answer and to its first routed order, compiled ahead and not.</summary>
internal sealed class StartupBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "A Postgres to use. Default: starts one." };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Starts of each kind; the median counts.", DefaultValueFactory = _ => 9 };

    public Command Build()
    {
        var command = new Command("startup", "Start of the published app to its first answer.") { Database, Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.CreateAsync(parsed.GetValue(Database), cancellationToken);
        await PublishedApp.PublishAsync(isReadyToRun: true);
        await PublishedApp.PublishAsync(isReadyToRun: false);
        // The first start migrates; a cold start of a deployed app finds that done.
        await StartMeasurement.RunAsync(false, database.ConnectionString, cancellationToken);
        var (quick, slow) = (new List<StartMeasurement>(), new List<StartMeasurement>());
        for (var round = 0; round < parsed.GetValue(Rounds); round++)
        {
            quick.Add(await StartMeasurement.RunAsync(true, database.ConnectionString, cancellationToken));
            slow.Add(await StartMeasurement.RunAsync(false, database.ConnectionString, cancellationToken));
        }

        Print("compiled ahead", quick);
        Print("as it is", slow);
    }

    private static void Print(string kind, List<StartMeasurement> starts) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{kind}: first answer {Median(starts, start => start.FirstAnswer):N0} ms, first routed order {Median(starts, start => start.FirstOrder):N0} ms"));

    private static double Median(List<StartMeasurement> starts, Func<StartMeasurement, TimeSpan> figure) =>
        starts.Select(figure).Order().ElementAt(starts.Count / 2).TotalMilliseconds;
}
