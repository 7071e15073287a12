using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Database;
using Smplat.Core.Database.Partitions;
using Spectre.Console;

namespace Smplat.Cli.Commands.Database;

/// <summary><c>smplat migrate</c>: for deploys that migrate before they start the new version.</summary>
public sealed class DatabaseCommands : ICommandModule
{
    public void AddTo(RootCommand root)
    {
        var migrate = new Command("migrate", "Bring the database up to this version. Safe to repeat and to run beside a starting app.");
        migrate.SetWork(MigrateAsync);
        root.Subcommands.Add(migrate);
    }

    private static async Task<int> MigrateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(parsed);
        try
        {
            var report = await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
            await services.GetRequiredService<PartitionUpkeep>().EnsureAsync(cancellationToken);
            return parsed.Show(new { report.Applied }, () =>
            {
                foreach (var name in report.Applied)
                {
                    AnsiConsole.MarkupLine($"applied [green]{Markup.Escape(name)}[/]");
                }

                AnsiConsole.WriteLine(report.Applied.Count == 0 ? "The database was up to date." : "The database is up to date now.");
            });
        }
        catch (EditedMigrationException exception)
        {
            return CliCommand.Fail(exception.Message, CommandLine.Failed);
        }
    }
}
