using System.CommandLine;

namespace Smplat.Cli.Commands.Commerce;

/// <summary><c>smplat commerce</c>: what the router did, and what it would do.</summary>
public sealed class CommerceCommands : ICommandModule
{
    public void AddTo(RootCommand root) =>
        root.Subcommands.Add(new Command("commerce", "The grocery router.")
        {
            LogCommand.Build(), ReplayCommand.Build(), ExperimentCommand.Build(),
        });
}
