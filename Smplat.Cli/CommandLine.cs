using System.CommandLine;
using Smplat.Cli.Commands;
using Spectre.Console;

namespace Smplat.Cli;

/// <summary>The root command with all command groups.</summary>
public static class CommandLine
{
    public const int Failed = 1;
    public const int UsageError = 2;

    private static readonly ICommandModule[] Modules =
    [
        new EventCommands(),
        new ExportCommands(),
        new OnboardingCommands(),
        new DatabaseCommands(),
        new HealthCommands(),
        new JobCommands(),
        new CheckCommands(),
        new FlagCommands(),
        new BannerCommands(),
        new RecoveryCommands(),
        new DigestCommands(),
        new NotificationCommands(),
        new CommerceCommands(),
        new FulfillmentCommands(),
        new SmokeCommands(),
        new IncidentCommands(),
        new KeyCommands(),
        new AuthCommands(),
        new ReferenceCommand(),
    ];

    /// <summary>What each exit code means, as help and docs/cli.md show it.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> ExitCodes { get; } =
    [
        (0, "success"),
        (Failed, "failure: a limit was exceeded, the app or database did not answer, or part of the work failed"),
        (UsageError, "usage error: an unknown option, a value out of range, or a setting that cannot be read"),
    ];

    public static async Task<int> RunAsync(string[] args)
    {
        AnsiConsole.Console = Terminal.Out;
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C lets the command clean up its files; a second one ends the process.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        };

        var parsed = Build().Parse(args);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration(), stop.Token);
        return parsed.Errors.Count > 0 ? UsageError : exitCode;
    }

    public static RootCommand Build()
    {
        var root = new RootCommand("The operators' command line of Smplat.");
        root.Options.Add(GlobalOptions.Database);
        root.Options.Add(GlobalOptions.Json);
        foreach (var module in Modules)
        {
            module.AddTo(root);
        }

        ExampleHelp.AddTo(root);
        return root;
    }
}

/// <summary>A group of commands; <see cref="CommandLine"/> lists all groups.</summary>
public interface ICommandModule
{
    void AddTo(RootCommand root);
}

/// <summary>Options that every command accepts.</summary>
public static class GlobalOptions
{
    public static readonly Option<string?> Database = new("--database")
    {
        Description = "Npgsql connection string. Default: SMPLAT_DATABASE, else the app running from this checkout.",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document instead of text and tables.",
        Recursive = true,
    };
}
