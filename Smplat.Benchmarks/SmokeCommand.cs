using System.CommandLine;

namespace Smplat.Benchmarks;

/// <summary>Runs every benchmark briefly, to check that it works; the figures mean nothing.</summary>
internal static class SmokeCommand
{
    private static readonly string[][] Runs =
    [
        ["ingestion", "--seconds", "1", "--rounds", "1", "--only", "single, 16", "--only", "batch of 500"],
        ["export", "--rows", "20000"],
        ["trust", "--tasks", "20000"],
        ["routing", "--seconds", "1", "--rounds", "1", "--connections", "8", "--decisions", "5000"],
        ["startup", "--rounds", "1"],
        ["queue", "--no-peers", "--rounds", "1", "--unbatched", "500", "--batched", "5000"],
    ];

    public static Command Build(RootCommand root)
    {
        var command = new Command("smoke", "Run every benchmark briefly, to check that it works.");
        command.SetAction(async (_, cancellationToken) =>
        {
            foreach (var run in Runs)
            {
                Console.WriteLine($"== {string.Join(' ', run)}");
                if (await root.Parse(run).InvokeAsync(new InvocationConfiguration(), cancellationToken) is var exitCode and not 0)
                {
                    return exitCode;
                }
            }

            return 0;
        });
        return command;
    }
}
