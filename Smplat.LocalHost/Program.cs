using System.Runtime.InteropServices;
using Smplat.LocalHost;

var console = new StartupConsole(Console.Out);
return args switch
{
    ["services", .. var settings] => await RunAsync(null, settings),
    [var folder, .. var settings] when Directory.Exists(folder) => await RunAsync(Path.GetFullPath(folder), settings),
    _ => Usage(),
};

async Task<int> RunAsync(string? appFolder, string[] settings)
{
    using var stopping = new CancellationTokenSource();
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
    var root = RepositoryRoot.Path ?? appFolder ?? AppContext.BaseDirectory;
    try
    {
        await using var app = new LocalApp(root, appFolder, settings, console);
        await app.StartAsync(stopping.Token);
        var stopped = Task.Delay(Timeout.Infinite, stopping.Token);
        return await Task.WhenAny(app.WorkerLost, stopped) == stopped ? 0 : 1;
    }
    catch (LocalStartException failure)
    {
        await Console.Error.WriteLineAsync($"Smplat cannot start.{Environment.NewLine}{failure.Message}");
        return 1;
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        await Console.Error.WriteLineAsync($"Smplat cannot start.{Environment.NewLine}The start was cancelled.");
        return 1;
    }

    void Stop(PosixSignalContext signal)
    {
        // A second Ctrl-C is left to the system, which ends the program immediately.
        if (!stopping.IsCancellationRequested)
        {
            signal.Cancel = true;
            console.Line("Stopping: waiting for requests and timer runs, then the app and its services stop. Press Ctrl-C again to stop immediately.");
            stopping.Cancel();
        }
    }
}

static int Usage()
{
    Console.Error.WriteLine(
        """
        Smplat.LocalHost FOLDER [--NAME=value ...]    runs the app built or published into FOLDER
        Smplat.LocalHost services [--NAME=value ...]  starts only Postgres and Azurite, and prints their settings
        """);
    return 2;
}
