using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using Smplat.Cli.Commands;

namespace Smplat.Cli;

/// <summary>
/// The help of a command. The root shows its commands by subject, a group shows its commands, and a command shows its
/// arguments, options, examples and exit codes.
/// </summary>
/// <param name="width">Columns; lines are wrapped between words.</param>
internal sealed class HelpPage(TextWriter output, int width)
{
    private const int Widest = 100;
    private const int WidestName = 30;

    private readonly int _width = Math.Clamp(width, 40, Widest);

    public void Write(Command command)
    {
        Paragraph(command.Description ?? "", "");
        output.WriteLine();
        Usage(command);
        if (command is RootCommand root)
        {
            foreach (var (subject, names) in CommandLine.SubjectsOf(root))
            {
                Section(subject, names.Select(name => command.Subcommands.First(child => child.Name == name)).Select(Row));
            }
        }
        else
        {
            Section("Commands", command.Subcommands.Where(child => !child.Hidden).Select(Row));
        }

        Section("Arguments", command.Arguments.Select(argument => (argument.Name.ToUpperInvariant(), argument.Description ?? "")));
        Section("Options", command.Options.Where(option => option is not VersionOption && !option.Hidden).Select(Row));
        if (command is not RootCommand)
        {
            Section("Options of every command", GlobalOptions.All.Select(Row));
        }

        Examples(command);
        if (command.Subcommands.Count == 0)
        {
            Section("Exit codes", CommandLine.ExitCodes.Select(entry => (entry.Code.ToString(CultureInfo.InvariantCulture), entry.Meaning)));
        }
        else
        {
            output.WriteLine($"Run {NameOf(command)} <command> --help for the help of a command.");
        }
    }

    private void Usage(Command command)
    {
        var words = new List<string> { NameOf(command) };
        if (command.Subcommands.Count > 0)
        {
            words.Add("<command>");
        }

        words.AddRange(command.Arguments.Select(argument => argument.Arity.MinimumNumberOfValues > 0
            ? argument.Name.ToUpperInvariant()
            : $"[{argument.Name.ToUpperInvariant()}]"));
        words.Add("[options]");
        Title("Usage");
        output.WriteLine($"  {string.Join(' ', words)}");
        output.WriteLine();
    }

    private void Examples(Command command)
    {
        IReadOnlyList<string> examples = command is RootCommand
            ? CommandLine.Examples
            : command.Subcommands.Count > 0
                ? [.. command.Subcommands.SelectMany(child => CliCommand.ExamplesOf(child).Take(1))]
                : CliCommand.ExamplesOf(command);
        if (examples.Count > 0)
        {
            Title("Examples");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }
    }

    private void Section(string title, IEnumerable<(string Name, string Text)> entries)
    {
        var rows = entries.ToArray();
        if (rows.Length == 0)
        {
            return;
        }

        Title(title);
        var column = Math.Min(rows.Max(row => row.Name.Length), WidestName) + 4;
        foreach (var (name, text) in rows)
        {
            var head = $"  {name}".PadRight(column);
            if (head.Length > column)
            {
                output.WriteLine(head);
                head = new string(' ', column);
            }

            Paragraph(text, head);
        }

        output.WriteLine();
    }

    private void Title(string title) => output.WriteLine($"{title}:");

    private void Paragraph(string text, string head)
    {
        foreach (var line in TextTable.Wrap(text, _width - head.Length))
        {
            output.WriteLine((head + line).TrimEnd());
            head = new string(' ', head.Length);
        }
    }

    private static (string Name, string Text) Row(Command command) => (command.Name, command.Description ?? "");

    private static (string Name, string Text) Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Prepend(option.Name).Where(name => !name.StartsWith('/')).OrderBy(name => name.Length));
        var value = option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? "" : $" <{option.Name.TrimStart('-')}>";
        var notes = option.Required ? " Required." : ReferencePage.DefaultOf(option) is { Length: > 0 } preset ? $" Default: {preset}." : "";
        return (names + value, (option.Description ?? "") + notes);
    }

    private static string NameOf(Command command) => CommandPaths.Of(command) is { Length: > 0 } path ? $"smplat {path}" : "smplat";
}

/// <summary>Shows <see cref="HelpPage"/> in place of the library's help.</summary>
internal sealed class HelpPageAction : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        new HelpPage(parseResult.InvocationConfiguration.Output, Terminal.Width).Write(parseResult.CommandResult.Command);
        return 0;
    }
}
