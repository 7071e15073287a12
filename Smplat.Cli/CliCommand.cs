using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Smplat.Cli.Commands;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;
using Spectre.Console;

namespace Smplat.Cli;

/// <summary>
/// A command that does something. Its examples appear in its help and in docs/cli.md; a test parses each of them.
/// Expected failures become one line on standard error and an exit code.
/// </summary>
[SuppressMessage("Design", "CA1010", Justification = "A command is enumerable only to allow collection initialisers.")]
public sealed class CliCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>The examples of a command; none for a group.</summary>
    public static IReadOnlyList<string> ExamplesOf(Command command) => command is CliCommand own ? own.Examples : [];

    public IReadOnlyList<string> Examples => examples;

    public void SetWork(Func<ParseResult, CancellationToken, Task<int>> work) =>
        SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await work(parsed, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return Fail("Stopped.", CommandLine.Failed);
            }
            catch (OptionsValidationException exception)
            {
                return Fail(string.Join(' ', exception.Failures), CommandLine.UsageError);
            }
            catch (MigrationConflictException exception)
            {
                return Fail(exception.Message, CommandLine.Failed);
            }
            catch (UsageException exception)
            {
                return Fail(exception.Message, CommandLine.UsageError);
            }
            catch (ApiException exception)
            {
                return Fail(Redaction.Redact(exception.Message), exception.IsUsageError ? CommandLine.UsageError : CommandLine.Failed);
            }
            catch (Exception exception) when (
                DatabaseErrors.IsOutage(exception) || exception is IOException or UnauthorizedAccessException or HttpRequestException)
            {
                return Fail(Redaction.Redact(exception.Message), CommandLine.Failed);
            }
        });

    /// <summary>Prints to standard error why the command ends.</summary>
    public static int Fail(string message, int exitCode = CommandLine.Failed)
    {
        Terminal.Error.MarkupLineInterpolated($"[red]{message}[/]");
        return exitCode;
    }
}

/// <summary>Arguments that parse but contradict each other or what exists; the command ends with exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>
/// Arguments that do not parse: one line with what is wrong, one with where to look, on standard error, and exit code 2.
/// A group without a command shows its help instead, since nothing was asked for yet.
/// </summary>
internal sealed partial class ShortErrors : SynchronousCommandLineAction
{
    private const int MaxDistance = 2;

    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parseResult.UnmatchedTokens.Count == 0)
        {
            new HelpPage(parseResult.InvocationConfiguration.Output, Terminal.Width).Write(command);
            return 0;
        }

        var isUnknown = parseResult.UnmatchedTokens.Count > 0;
        var problem = isUnknown ? Unknown(parseResult.UnmatchedTokens[0], command) : Explain(parseResult.Errors[0], command);
        var name = CommandPaths.Of(command) is { Length: > 0 } path ? $"smplat {path}" : "smplat";
        CliCommand.Fail(problem, CommandLine.UsageError);
        Terminal.Error.MarkupLineInterpolated($"[grey]Run {name} --help to see {(command.Subcommands.Count > 0 ? "its commands" : "its arguments and examples")}.[/]");
        return CommandLine.UsageError;
    }

    private static string Unknown(string word, Command command)
    {
        var kind = word.StartsWith('-') ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        var known = kind == "option"
            ? OptionsOf(command).SelectMany(option => option.Aliases.Prepend(option.Name))
            : command.Subcommands.Where(child => !child.Hidden).Select(child => child.Name);
        var near = known
            .Select(candidate => (candidate, Distance: Distance(word, candidate)))
            .Where(pair => pair.Distance <= MaxDistance || (word.Length > 2 && pair.candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            .OrderBy(pair => pair.Distance)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
        var name = CommandPaths.Of(command) is { Length: > 0 } path ? $"smplat {path}" : "smplat";
        return $"{name} has no {kind} \"{word}\".{(near is null ? "" : $" Did you mean {near}?")}";
    }

    private static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(OptionsOf).Where(option => option.Recursive));

    /// <summary>The library's messages name types of .NET; these say what to write instead.</summary>
    private static string Explain(ParseError error, Command command)
    {
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0, Parent: CommandResult } missing)
        {
            return $"{missing.Argument.Name.ToUpperInvariant()} is missing: {missing.Argument.Description}";
        }

        if (command.Options.FirstOrDefault(
            option => option.Required && error.Message.Contains($"'{option.Name}' is required", StringComparison.Ordinal)) is { } required)
        {
            return $"{required.Name} is required: {required.Description}";
        }

        if (BadValue().Match(error.Message) is { Success: true } bad)
        {
            return $"{Subject(error)} must be {Expected(bad.Groups["type"].Value)}, not \"{bad.Groups["value"].Value}\".";
        }

        if (OneOf().Match(error.Message) is { Success: true } unlisted)
        {
            var names = unlisted.Groups["name"].Captures.Select(capture => capture.Value);
            return $"{Subject(error)} must be one of {string.Join(", ", names)}, not \"{unlisted.Groups["value"].Value}\".";
        }

        return error.Message.ReplaceLineEndings(" ").Replace('\'', '"');
    }

    private static string Subject(ParseError error) => error.SymbolResult switch
    {
        OptionResult result => result.Option.Name,
        ArgumentResult { Parent: OptionResult result } => result.Option.Name,
        ArgumentResult result => result.Argument.Name.ToUpperInvariant(),
        _ => "A value",
    };

    private static string Expected(string type) => type switch
    {
        _ when type.Contains("Int32", StringComparison.Ordinal) || type.Contains("Int64", StringComparison.Ordinal) => "a whole number",
        _ when type.Contains("Double", StringComparison.Ordinal) || type.Contains("Decimal", StringComparison.Ordinal) => "a number",
        _ when type.Contains("Guid", StringComparison.Ordinal) => "an id (a UUID)",
        _ when type.Contains("Boolean", StringComparison.Ordinal) => "true or false",
        _ => $"a {type}",
    };

    /// <summary>Letters to add, drop or change to make one word the other.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var changed = diagonal + (char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    [GeneratedRegex("^Cannot parse argument '(?<value>.*?)'( for (option|command) '[^']*')? as expected type '?(?<type>[^']*)", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex BadValue();

    [GeneratedRegex(@"^Argument '(?<value>.*?)' not recognized\. Must be one of:(\s*'(?<name>[^']*)')+", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex OneOf();
}
