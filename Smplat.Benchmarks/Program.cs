using System.CommandLine;
using Smplat.Benchmarks;
using Smplat.Benchmarks.Ingestion;
using Smplat.Benchmarks.Queue;
using Smplat.Benchmarks.Routing;
using Smplat.Benchmarks.Startup;
using Smplat.Benchmarks.Trust;

// Each benchmark adds its own command.
IBenchmark[] benchmarks =
[
    new IngestionBenchmark(),
    new ExportBenchmark(),
    new QueueBenchmark(),
    new TrustBenchmark(),
    new RoutingBenchmark(),
    new StartupBenchmark(),
];

var root = new RootCommand("Load and micro benchmarks, with baselines and peers measured in the same run.");
foreach (var benchmark in benchmarks)
{
    root.Subcommands.Add(benchmark.Build());
}

root.Subcommands.Add(SmokeCommand.Build(root));
root.Subcommands.Add(BareApi.BuildCommand());
root.Subcommands.Add(BareRoute.BuildCommand());
return await root.Parse(args).InvokeAsync();
