using System.CommandLine;

namespace Smplat.Cli.Reference;

/// <summary>Where a command stands in the tree.</summary>
public static class CommandPaths
{
    /// <summary>All commands that do something, by path, such as <c>jobs run</c>.</summary>
    public static IEnumerable<(string Path, Command Command)> Leaves(RootCommand root) =>
        Below(root, "").OrderBy(leaf => leaf.Path, StringComparer.Ordinal);

    /// <summary>The names from the root's first child down to this command.</summary>
    public static string Of(Command command) => command is RootCommand
        ? ""
        : string.Join(' ', command.Parents.OfType<Command>().Take(1).Select(Of).Append(command.Name).Where(name => name.Length > 0));

    private static IEnumerable<(string Path, Command Command)> Below(Command command, string path) =>
        from child in command.Subcommands
        let name = path.Length == 0 ? child.Name : $"{path} {child.Name}"
        from leaf in child.Subcommands.Count == 0 ? [(name, child)] : Below(child, name)
        select leaf;
}
