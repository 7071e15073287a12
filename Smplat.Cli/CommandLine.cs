using System.CommandLine;
using Smplat.Cli.Commands.Check;
using Smplat.Cli.Commands.Commerce;
using Smplat.Cli.Commands.Database;
using Smplat.Cli.Commands.Digest;
using Smplat.Cli.Commands.Events;
using Smplat.Cli.Commands.Export;
using Smplat.Cli.Commands.Fulfillment;
using Smplat.Cli.Commands.Health;
using Smplat.Cli.Commands.Incident;
using Smplat.Cli.Commands.Jobs;
using Smplat.Cli.Commands.Keys;
using Smplat.Cli.Commands.Notifications;
using Smplat.Cli.Commands.Onboarding;
using Smplat.Cli.Commands.Operators;
using Smplat.Cli.Commands.Recovery;
using Smplat.Cli.Commands.Smoke;
using Smplat.Cli.Reference;
using Spectre.Console;

namespace Smplat.Cli;

/// <summary>The root command with all modules. Exit codes: 0 done, 1 failed or a limit was broken, 2 used wrongly.</summary>
public static class CommandLine
{
    public const int Failed = 1;
    public const int UsedWrongly = 2;

    /// <summary>Parts of the command line; each adds its commands to the root.</summary>
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
        new SeedCommand(),
        new ReferenceCommand(),
    ];

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

    public static async Task<int> RunAsync(string[] args)
    {
        AnsiConsole.Console = Terminal.Out;
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            // The first Ctrl-C lets the command put its files in order; a second one ends the process.
            pressed.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        };

        var parsed = Build().Parse(args);
        var exitCode = await parsed.InvokeAsync(new InvocationConfiguration(), stop.Token);
        return parsed.Errors.Count > 0 ? UsedWrongly : exitCode;
    }
}
