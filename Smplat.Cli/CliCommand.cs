using System.CommandLine;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;
using Spectre.Console;

namespace Smplat.Cli;

/// <summary>Runs a command's work and turns what goes wrong into one line on standard error and an exit code.</summary>
public static class CliCommand
{
    public static void SetWork(this Command command, Func<ParseResult, CancellationToken, Task<int>> work) =>
        command.SetAction(async (parsed, cancellationToken) =>
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
                return Fail(string.Join(' ', exception.Failures), CommandLine.UsedWrongly);
            }
            catch (MigrationConflictException exception)
            {
                return Fail(exception.Message, CommandLine.Failed);
            }
            catch (UsageException exception)
            {
                return Fail(exception.Message, CommandLine.UsedWrongly);
            }
            catch (Exception exception) when (
                DatabaseErrors.IsOutage(exception) || exception is IOException or UnauthorizedAccessException or HttpRequestException)
            {
                return Fail(Redaction.Redact(exception.Message), CommandLine.Failed);
            }
        });

    /// <summary>Says on standard error why the command ends.</summary>
    public static int Fail(string message, int exitCode)
    {
        Terminal.Error.MarkupLineInterpolated($"[red]{message}[/]");
        return exitCode;
    }
}
