using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Smplat.LocalHost.LocalServices.Processes;

/// <summary>Runs a tool to its end and keeps what it printed.</summary>
public static class LocalCommand
{
    /// <exception cref="LocalStartException">The tool cannot be started or does not end in time.</exception>
    public static async Task<CommandResult> RunAsync(
        ProcessStartInfo start, TimeSpan limit, CancellationToken cancellationToken)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        start.UseShellExecute = false;

        using var process = LocalProcess.Start(start);
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(output, line.Data);
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();

        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timer.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            throw new LocalStartException(
                $"{start.FileName} did not end within {limit.TotalSeconds:0} s.{Environment.NewLine}{output}");
        }

        lock (output)
        {
            return new(process.ExitCode, output.ToString().Trim());
        }
    }

    private static void Append(StringBuilder output, string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }
}

/// <summary>Starts programs.</summary>
public static class LocalProcess
{
    /// <exception cref="LocalStartException">There is no such program, or it cannot be run.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new LocalStartException($"{start.FileName} cannot be started: {exception.Message}", exception);
        }
    }
}
