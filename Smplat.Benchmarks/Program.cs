using System.CommandLine;
using Smplat.Benchmarks;
using Smplat.Benchmarks.Ingestion;
using Smplat.Benchmarks.Queue;
using Smplat.Benchmarks.Routing;
using Smplat.Benchmarks.Startup;
using Smplat.Benchmarks.Trust;

// Each benchmark adds a command of its own.
IBenchmark[] benchmarks =
[
    new IngestionBenchmark(),
    new ExportBenchmark(),
    new QueueBenchmark(),
    new TrustBenchmark(),
    new RoutingBenchmark(),
    new StartupBenchmark(),
];

var root = new RootCommand("Load and micro benchmarks; peers and floors are measured in the same run.");
foreach (var benchmark in benchmarks)
{
    root.Subcommands.Add(benchmark.Build());
}

root.Subcommands.Add(SmokeCommand.Build(root));
root.Subcommands.Add(BareApi.BuildCommand());
root.Subcommands.Add(BareRoute.BuildCommand());
return await root.Parse(args).InvokeAsync();
