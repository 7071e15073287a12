using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;
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

/// <summary>A command's help, followed by its examples and the exit codes.</summary>
public sealed class ExampleHelp(HelpAction original) : SynchronousCommandLineAction
{
    /// <summary>Replaces the library's help.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new ExampleHelp((HelpAction)help.Action!);
        }
    }

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var exitCode = original.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var examples = CliCommand.ExamplesOf(parseResult.CommandResult.Command);
        if (examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in examples)
            {
                output.WriteLine($"  {example}");
            }

            output.WriteLine();
        }

        output.WriteLine("Exit codes:");
        foreach (var (code, meaning) in CommandLine.ExitCodes)
        {
            output.WriteLine($"  {code}  {meaning}");
        }

        return exitCode;
    }
}
