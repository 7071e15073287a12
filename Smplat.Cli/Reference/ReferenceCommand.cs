using System.CommandLine;

namespace Smplat.Cli.Reference;

/// <summary><c>smplat reference</c>: all commands as a page.</summary>
public sealed class ReferenceCommand : ICommandModule
{
    public void AddTo(RootCommand root)
    {
        var reference = new Command("reference", "Print this page: every command with its options and examples, as Markdown.");
        reference.SetWork((parsed, _) => Task.FromResult(parsed.Show(Outline(root), () => Console.Write(ReferencePage.Write(root)))));
        root.Subcommands.Add(reference);
    }

    private static object[] Outline(RootCommand root) =>
    [
        .. CommandPaths.Leaves(root).Select(leaf => new
        {
            command = $"smplat {leaf.Path}",
            leaf.Command.Description,
            options = leaf.Command.Options.Select(option => option.Name),
            examples = Examples.Of(leaf.Command),
        }),
    ];
}
