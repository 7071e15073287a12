using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Analytics;
using Smplat.Core.Billing;
using Smplat.Core.Catalog;
using Smplat.Core.Checkout;
using Smplat.Core.Onboarding;
using Smplat.Core.Operators;
using Smplat.Core.Orders;
using Smplat.Core.Payments;
using Smplat.Core.Platform.Database;
using Smplat.Core.Trust;

namespace Smplat.Cli.Commands.Database;

/// <summary><c>smplat seed</c>: sample rows for a database that was not made by a local run.</summary>
public sealed class SeedCommand : ICommandModule
{
    private static readonly Option<bool> Force = new("--force") { Description = "Load them although the database holds orders of shoppers." };

    public void AddTo(RootCommand root)
    {
        var seed = new Command("seed", "Migrate the database and load the sample data of all features; repeating it changes nothing.") { Force };
        seed.SetWork(SeedAsync);
        root.Subcommands.Add(seed);
    }

    private static async Task<int> SeedAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = CliServices.Create(
            parsed, services => services.AddOperators().AddOrders().AddPayments().AddTrust().AddCheckout().AddBilling().AddAnalytics().AddOnboarding().AddCatalogSearch());
        await services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
        await services.GetRequiredService<PartitionMaintenance>().EnsureAsync(cancellationToken);
        return await services.GetRequiredService<SampleLoad>().RunAsync(parsed.GetValue(Force), cancellationToken) is { } loaded
            ? parsed.Show(new { loaded }, $"Sample data is in the database: {string.Join(", ", loaded)}.")
            : CliCommand.Fail("The database holds orders of shoppers; nothing was loaded. --force loads the samples beside them.", CommandLine.Failed);
    }
}
