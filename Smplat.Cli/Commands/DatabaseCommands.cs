using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Smplat.Core.Billing;
using Smplat.Core.Catalog;
using Smplat.Core.Checkout;
using Smplat.Core.Commerce.Requests;
using Smplat.Core.Guardrails;
using Smplat.Core.Onboarding;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Trust;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat migrate</c>, for deploys that migrate before they start the new version, and <c>smplat seed</c>, which loads sample data.</summary>
public sealed class DatabaseCommands : ICommandModule
{
    private static readonly Option<bool> DryRun = new("--dry-run")
    {
        Description = "Show which migrations would be applied, and whether the database is newer than this version; change nothing.",
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Load the samples even if the database has shoppers' orders." };

    private static readonly Option<bool> Drop = new("--drop") { Description = "Delete what seed loaded, and nothing else." };

    public void AddTo(RootCommand root)
    {
        var migrate = new CliCommand(
            "migrate",
            "Apply pending migrations. Safe to repeat, and safe while an app is starting.",
            "smplat migrate")
        { DryRun };
        migrate.SetWork(MigrateAsync);
        root.Subcommands.Add(migrate);

        var seed = new CliCommand(
            "seed",
            "Migrate the database and load the sample data of all features, or drop it again. Repeating it changes nothing.",
            "smplat seed",
            "smplat seed --database \"Host=localhost;Database=smplat_dev\"",
            "smplat seed --drop")
        { Force, Drop };
        seed.SetWork(SeedAsync);
        root.Subcommands.Add(seed);
    }

    private static async Task<int> MigrateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(parsed);
        var migrator = services.GetRequiredService<Migrator>();
        if (parsed.GetValue(DryRun))
        {
            var status = await migrator.InspectAsync(cancellationToken);
            return parsed.Show(
                status,
                () => Print("pending", status.Pending, status.Newer, $"{status.Applied.Count} migrations are applied, {status.Pending.Count} pending."));
        }

        var report = await migrator.MigrateAsync(cancellationToken);
        await services.GetRequiredService<PartitionMaintenance>().EnsureAsync(cancellationToken);
        return parsed.Show(
            new { report.Applied, report.Newer },
            () => Print(
                "applied",
                report.Applied,
                report.Newer,
                report.Applied.Count > 0 ? "The database is now up to date." : "The database is already up to date."));
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

    private static async Task<int> SeedAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(
            parsed, services => services.AddOperators().AddOrders().AddPayments().AddTrust().AddCheckout().AddBilling().AddGuardrails().AddAnalytics().AddOnboarding().AddCatalogSearch().AddRoutingSample());
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        await services.GetRequiredService<PartitionMaintenance>().EnsureAsync(cancellationToken);
        if (parsed.GetValue(Drop))
        {
            var dropped = await services.GetRequiredService<SampleLoad>().DropAsync(cancellationToken);
            return parsed.Show(
                new { dropped = dropped ?? [] },
                dropped is null ? "No sample data is loaded." : $"Sample data dropped: {string.Join(", ", dropped)}.");
        }

        return await services.GetRequiredService<SampleLoad>().RunAsync(parsed.GetValue(Force), cancellationToken) is { } loaded
            ? parsed.Show(new { loaded }, $"Sample data loaded: {string.Join(", ", loaded)}.")
            : CliCommand.Fail("The database has shoppers' orders, so nothing was loaded. Use --force to load the samples anyway.");
    }
}
