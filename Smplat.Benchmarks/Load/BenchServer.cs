using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Smplat.Benchmarks.Load;

/// <summary>A server under test in a process of its own, so that neither it nor its rival shares a heap with the client.</summary>
public sealed class BenchServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private BenchServer(Process process, int port) => (_process, EndPoint) = (process, new IPEndPoint(IPAddress.Loopback, port));

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts <c>dotnet {assembly} {arguments}</c> and waits until it listens.</summary>
    /// <param name="arguments">Made from the port that was chosen.</param>
    public static Task<BenchServer> StartAsync(string assembly, Func<int, IEnumerable<string>> arguments) =>
        StartAsync("dotnet", Path.GetDirectoryName(assembly)!, port => [assembly, .. arguments(port)]);

    /// <summary>Starts a program in a folder and waits until it listens.</summary>
    /// <param name="arguments">Made from the port that was chosen.</param>
    public static async Task<BenchServer> StartAsync(string program, string folder, Func<int, IEnumerable<string>> arguments)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, WorkingDirectory = folder };
        start.Environment["DOTNET_gcServer"] = "0";
        foreach (var argument in arguments(port))
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The server does not start.");
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new BenchServer(process, port);
        try
        {
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private async Task WaitAsync()
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < Patience && !_process.HasExited)
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(EndPoint);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException("The server does not listen.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
