using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Database;
using Spectre.Console;

namespace Smplat.Cli.Commands.Database;

/// <summary><c>smplat migrate</c>: for deploys that migrate before they start the new version.</summary>
public sealed class DatabaseCommands : ICommandModule
{
    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Say what would be applied, and whether the database is newer than this version; write nothing.",
    };

    public void AddTo(RootCommand root)
    {
        var migrate = new Command("migrate", "Bring the database up to this version. Safe to repeat and to run beside a starting app.") { DryRun };
        migrate.SetWork(MigrateAsync);
        root.Subcommands.Add(migrate);
    }

    private static async Task<int> MigrateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(parsed);
        var migrator = services.GetRequiredService<Migrator>();
        if (parsed.GetValue(DryRun))
        {
            var standing = await migrator.InspectAsync(cancellationToken);
            return parsed.Show(
                standing,
                () => Print("pending", standing.Pending, standing.Newer, $"{standing.Applied.Count} migrations are applied, {standing.Pending.Count} pending."));
        }

        var report = await migrator.MigrateAsync(cancellationToken);
        await services.GetRequiredService<PartitionMaintenance>().EnsureAsync(cancellationToken);
        return parsed.Show(
            new { report.Applied, report.Newer },
            () => Print(
                "applied",
                report.Applied,
                report.Newer,
                report.Applied.Count > 0 ? "The database is up to date now." : "The database has every migration of this version."));
    }

    private static void Print(string verb, IReadOnlyList<string> names, IReadOnlyList<string> newer, string verdict)
    {
        foreach (var name in names)
        {
            AnsiConsole.MarkupLine($"{verb} [green]{Markup.Escape(name)}[/]");
        }

        AnsiConsole.WriteLine(verdict);
        if (newer.Count > 0)
        {
            AnsiConsole.WriteLine(SchemaStatus.Explain(newer));
        }
    }
}
