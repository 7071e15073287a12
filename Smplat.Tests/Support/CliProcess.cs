using System.Collections.Concurrent;
using System.Diagnostics;

namespace Smplat.Tests.Support;

/// <summary>The command line in a process of its own, which a test may kill as a machine dies.</summary>
internal sealed class CliProcess : IDisposable
{
    private const int LinesKept = 40;

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _said = new();

    private CliProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>How it ended and the last lines that it wrote: what a failing test has to show.</summary>
    public string Story =>
        $"{(_process.HasExited ? $"ended with {_process.ExitCode}" : "is running")}:\n{string.Join('\n', _said)}";

    public static CliProcess Start(string arguments, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [CliAssembly.Path, .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new(Process.Start(start)!);
    }

    /// <summary>SIGKILL: nothing in the process gets to say or write another word.</summary>
    /// <returns>False when it had ended by itself.</returns>
    public bool Kill()
    {
        if (_process.HasExited)
        {
            return false;
        }

        try
        {
            _process.Kill();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public Task EndAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        _said.Enqueue(line);
        while (_said.Count > LinesKept)
        {
            _said.TryDequeue(out _);
        }
    }
}
