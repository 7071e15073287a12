using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
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
        new CatalogCommands(),
        new SmokeCommands(),
        new IncidentCommands(),
        new KeyCommands(),
        // After the modules whose group it shares.
        new QaMacroCommand(),
        new HelpCommand(),
        new OrderCommands(),
        new ProviderCommands(),
        new LogCommands(),
        new TriggerCommands(),
        new OpenCommands(),
        new CompletionCommands(),
        new AuthCommands(),
        new ReferenceCommand(),
    ];

    /// <summary>The root's commands as its help groups them; a command that is missing here appears under "More".</summary>
    private static readonly (string Subject, string[] Commands)[] Known =
    [
        ("Orders and providers", ["orders", "providers", "commerce", "catalog", "fulfillment", "recovery"]),
        ("People and messages", ["notifications", "digest", "onboarding", "events"]),
        ("Running the app", ["health", "jobs", "logs", "flags", "banner", "keys", "auth"]),
        ("Deploys and incidents", ["migrate", "check", "smoke", "incident", "export"]),
        ("On this machine", ["seed", "trigger", "open", "completion", "help", "reference"]),
    ];

    /// <summary>Where a newcomer begins; shown in the root's help.</summary>
    internal static IReadOnlyList<string> Examples { get; } =
    [
        "smplat health",
        "smplat orders show SM000123",
        "smplat jobs run weekly-digest",
        "smplat logs tail --follow",
        "smplat trigger checkout.session.completed",
        "smplat open ops",
    ];

    internal static IEnumerable<(string Subject, string[] Commands)> SubjectsOf(RootCommand root)
    {
        var names = root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name).ToArray();
        string[] more = [.. names.Except(Known.SelectMany(group => group.Commands))];
        return Known.Append(("More", more))
            .Select(group => (group.Item1, Commands: group.Item2.Where(names.Contains).ToArray()))
            .Where(group => group.Commands.Length > 0);
    }

    /// <summary>What each exit code means, as help and docs/cli.md show it.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> ExitCodes { get; } =
    [
        (0, "success"),
        (Failed, "failure: a limit was exceeded, the app or database did not answer, or part of the work failed"),
        (UsageError, "usage error: an unknown option, a value out of range, arguments that the app refuses (400 or 422), or a setting that cannot be read"),
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
        return parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction
            ? new ShortErrors().Invoke(parsed)
            : await parsed.InvokeAsync(new InvocationConfiguration(), stop.Token);
    }

    public static RootCommand Build()
    {
        var root = new RootCommand(
            "The operators' command line of Smplat. \"smplat help NAME\" tells what a script, command, file, table or metric of the earlier runbooks is called here.");
        root.Options.Add(GlobalOptions.Database);
        root.Options.Add(GlobalOptions.Json);
        foreach (var module in Modules)
        {
            module.AddTo(root);
        }

        foreach (var help in root.Options.OfType<HelpOption>().ToArray())
        {
            root.Options.Remove(help);
        }

        root.Options.Add(new HelpOption("--help", "-h") { Description = "Show this help.", Action = new HelpPageAction() });
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

    internal static IReadOnlyList<Option> All => [Database, Json];
}
