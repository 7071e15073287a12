using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Smplat.LocalHost.LocalServices.Processes;

/// <summary>Runs a program to its end and returns its output.</summary>
public static class LocalCommand
{
    /// <exception cref="LocalStartException">The program cannot be started or exceeds the time limit.</exception>
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

/// <summary>Starts processes.</summary>
public static class LocalProcess
{
    /// <exception cref="LocalStartException">The program does not exist or cannot be run.</exception>
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

/// <param name="ExitCode">Zero on success.</param>
/// <param name="Output">Standard output and error, trimmed.</param>
public sealed record CommandResult(int ExitCode, string Output)
{
    /// <exception cref="LocalStartException">The program failed; the message has its output.</exception>
    public void ThrowIfFailed(string action)
    {
        if (ExitCode != 0)
        {
            throw new LocalStartException($"{action} failed (exit code {ExitCode}).{Environment.NewLine}{Output}");
        }
    }
}

/// <summary>The folders to search for programs.</summary>
/// <param name="Text">The value of PATH.</param>
public sealed record SearchPath(string? Text)
{
    public IEnumerable<string> Folders =>
        (Text ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <returns>The full path of the first program with this name, or null.</returns>
    public string? Find(string program) =>
        Folders.SelectMany(folder => Names(program).Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>Possible file names of a program on this system.</summary>
    public static IEnumerable<string> Names(string program) =>
        OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd"] : [program];
}

/// <summary>The last output lines of a process, for the error message if it fails.</summary>
internal sealed class OutputTail
{
    private const int Limit = 40;
    private readonly Queue<string> _lines = new();

    public void Add(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > Limit)
            {
                _lines.Dequeue();
            }
        }
    }

    public bool Contains(string text)
    {
        lock (_lines)
        {
            return _lines.Any(line => line.Contains(text, StringComparison.Ordinal));
        }
    }

    public override string ToString()
    {
        lock (_lines)
        {
            return string.Join(Environment.NewLine, _lines);
        }
    }
}

/// <summary>
/// Runs a cleanup script when this process ends, even if it is killed: a shell waits until a pipe that only this process
/// holds is closed, then runs the script. Windows has no such shell; there the next run cleans up.
/// </summary>
public sealed class ExitCleanup : IDisposable
{
    /// <summary>Its own session where setsid exists, so that killing our process group does not kill the cleanup shell.</summary>
    private const string Detach =
        "command -v setsid >/dev/null 2>&1 && exec setsid /bin/sh -c \"$0\" cleanup \"$@\"; exec /bin/sh -c \"$0\" cleanup \"$@\"";

    private const string WaitForPipe = "exec >/dev/null 2>&1; trap '' INT TERM HUP; cat; ";

    /// <summary>Prevents garbage collection, which would close the pipe.</summary>
    private static readonly ConcurrentDictionary<ExitCleanup, bool> Held = new();

    private readonly Process? _shell;

    private ExitCleanup(Process? shell) => _shell = shell;

    /// <param name="script">Script to run, with the arguments as $1, $2 and so on.</param>
    public static ExitCleanup Start(string script, params string[] arguments)
    {
        if (OperatingSystem.IsWindows())
        {
            return new(null);
        }

        string[] all = ["-c", Detach, WaitForPipe + script, .. arguments];
        var start = new ProcessStartInfo("/bin/sh", all) { RedirectStandardInput = true, WorkingDirectory = "/" };
        var cleanup = new ExitCleanup(Process.Start(start));
        Held[cleanup] = true;
        return cleanup;
    }

    /// <summary>Runs the script now and waits for it.</summary>
    public void Dispose()
    {
        if (_shell is not null && Held.TryRemove(this, out _))
        {
            _shell.StandardInput.Close();
            _shell.WaitForExit(TimeSpan.FromSeconds(30));
            _shell.Dispose();
        }
    }
}

/// <summary>
/// Finds a free loopback port. Another process may take it before it is used, so the caller retries with another one.
/// </summary>
public static class FreePort
{
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
