using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
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

/// <param name="ExitCode">Zero when the tool succeeded.</param>
/// <param name="Output">Both of its streams, trimmed.</param>
public sealed record CommandResult(int ExitCode, string Output)
{
    /// <exception cref="LocalStartException">The tool failed; its output is in the message.</exception>
    public void ThrowIfFailed(string deed)
    {
        if (ExitCode != 0)
        {
            throw new LocalStartException($"{deed} failed (exit code {ExitCode}).{Environment.NewLine}{Output}");
        }
    }
}

/// <summary>The folders in which programs are looked for.</summary>
/// <param name="Text">The value of PATH.</param>
public sealed record SearchPath(string? Text)
{
    public IEnumerable<string> Folders =>
        (Text ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <returns>The full path of the first program with this name, or null.</returns>
    public string? Find(string program) =>
        Folders.SelectMany(folder => Names(program).Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>What a program's file can be called here.</summary>
    public static IEnumerable<string> Names(string program) =>
        OperatingSystem.IsWindows() ? [program + ".exe", program + ".cmd"] : [program];
}

/// <summary>The last lines that a process printed, kept for the message in case it fails.</summary>
internal sealed class TailOfOutput
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
/// Ties something outside this process to its life: a shell waits for the end of a pipe that only we hold, and then
/// cleans up. The pipe closes however we end, so this also holds when we are killed. Windows has no such shell; there
/// the next run clears what was left.
/// </summary>
public sealed class Leash : IDisposable
{
    /// <summary>A session of its own, where the system has setsid: a kill of our whole process group must not take the leash along.</summary>
    private const string Detach =
        "command -v setsid >/dev/null 2>&1 && exec setsid /bin/sh -c \"$0\" leash \"$@\"; exec /bin/sh -c \"$0\" leash \"$@\"";

    private const string WaitThen = "exec >/dev/null 2>&1; trap '' INT TERM HUP; cat; ";

    /// <summary>The collector must not close the pipe of a leash that nobody refers to any more.</summary>
    private static readonly ConcurrentDictionary<Leash, bool> Held = new();

    private readonly Process? _shell;

    private Leash(Process? shell) => _shell = shell;

    /// <param name="script">What to run at our end, with the arguments as $1, $2 and so on.</param>
    public static Leash Hold(string script, params string[] arguments)
    {
        if (OperatingSystem.IsWindows())
        {
            return new(null);
        }

        string[] all = ["-c", Detach, WaitThen + script, .. arguments];
        var start = new ProcessStartInfo("/bin/sh", all) { RedirectStandardInput = true, WorkingDirectory = "/" };
        var leash = new Leash(Process.Start(start));
        Held[leash] = true;
        return leash;
    }

    /// <summary>Cleans up now and waits until that is done.</summary>
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
/// A loopback port that nobody listens on at this moment. Somebody may take it before it is used, so the caller tries
/// another one when its server cannot bind.
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
