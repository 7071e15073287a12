using System.Collections.Concurrent;
using System.Diagnostics;

namespace Smplat.LocalHost.LocalServices.Processes;

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
