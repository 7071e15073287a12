using System.CommandLine;

namespace Smplat.Cli.Commands.Export;

/// <summary><c>smplat export</c>: data for BI jobs, incident reviews and warehouses.</summary>
public sealed class ExportCommands : ICommandModule
{
    public void AddTo(RootCommand root) => root.Subcommands.Add(
        new Command("export", "Data for BI jobs, incident reviews and warehouses.")
        {
            ExportOfferEvents.Build(),
            ExportOnboardingSegments.Build(),
            ExportCatalogInsights.Build(),
        });
}
