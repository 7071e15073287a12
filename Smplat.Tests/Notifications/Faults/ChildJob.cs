using System.Diagnostics;

namespace Smplat.Tests.Notifications.Faults;

/// <summary>The command line in a process of its own, which a test may kill.</summary>
internal sealed class ChildJob : IDisposable
{
    private readonly Process _process;

    private ChildJob(Process process) => _process = process;

    public static ChildJob Start(string arguments, IReadOnlyDictionary<string, string> settings)
    {
        // The tests' own list of assemblies: beside them the command line finds its packages in the shared framework.
        var here = AppContext.BaseDirectory;
        string[] words =
        [
            "exec",
            "--runtimeconfig", Path.Combine(here, "Smplat.Tests.runtimeconfig.json"),
            "--depsfile", Path.Combine(here, "Smplat.Tests.deps.json"),
            Path.Combine(here, "smplat.dll"),
            .. arguments.Split(' '),
        ];
        var start = new ProcessStartInfo("dotnet", words)
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new(process);
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>SIGKILL: nothing in the process gets to say or write another word.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public Task EndAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }
}
