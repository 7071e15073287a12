using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>
/// Azurite, the local storage emulator, as a child process. It has its own session where setsid exists, so that Ctrl-C in the
/// terminal does not stop it before the app, and it is stopped when this process dies.
/// </summary>
public sealed class AzuriteServer(NodeTools tools, string nodeModules, SearchPath path, string? dataFolder) : IAsyncDisposable
{
    /// <summary>The account that every Azurite has, with its public key.</summary>
    private const string Account =
        "AccountName=devstoreaccount1;" +
        "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private const int StartAttempts = 3;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private Process? _process;
    private ExitCleanup? _cleanup;
    private OutputTail _output = new();

    /// <summary>Port of the table service.</summary>
    public int Port { get; private set; }

    /// <summary>Port of the blob service.</summary>
    public int BlobPort { get; private set; }

    /// <summary>Port of the queue service, which the app does not use but other hosts expect.</summary>
    public int QueuePort { get; private set; }

    public string ConnectionString =>
        $"DefaultEndpointsProtocol=http;{Account};BlobEndpoint=http://127.0.0.1:{BlobPort}/devstoreaccount1;"
        + $"QueueEndpoint=http://127.0.0.1:{QueuePort}/devstoreaccount1;TableEndpoint=http://127.0.0.1:{Port}/devstoreaccount1;";

    /// <summary>Starts on free ports; a restart uses the same ports as before.</summary>
    /// <exception cref="LocalStartException">The start failed; the message has its output.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var keepsPorts = Port != 0;
        for (var attempt = 1; attempt <= StartAttempts; attempt++)
        {
            if (!keepsPorts)
            {
                (BlobPort, QueuePort, Port) = (FreePort.Find(), FreePort.Find(), FreePort.Find());
            }

            Launch();
            if (await BecomesReadyAsync(cancellationToken))
            {
                return;
            }

            await StopAsync();
        }

        throw new LocalStartException(
            $"Azurite did not start on ports {BlobPort}, {QueuePort} and {Port}.{Environment.NewLine}{_output}");
    }

    /// <summary>SIGINT lets Azurite write its tables to disk; after the limit it is killed.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
        {
            return;
        }

        _process = null;
        _cleanup?.Dispose();
        using var timer = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(timer.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        process.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private void Launch()
    {
        string[] azurite =
        [
            tools.Node, Path.Combine(nodeModules, "azurite", "dist", "src", "azurite.js"),
            "--blobHost", "127.0.0.1", "--blobPort", Text(BlobPort),
            "--queueHost", "127.0.0.1", "--queuePort", Text(QueuePort),
            "--tableHost", "127.0.0.1", "--tablePort", Text(Port),
            "--silent", "--disableTelemetry", "--skipApiVersionCheck",
            .. dataFolder is null ? (string[])["--inMemoryPersistence"] : ["--location", dataFolder],
        ];
        string[] all = path.Find("setsid") is { } setsid ? [setsid, .. azurite] : azurite;
        var start = new ProcessStartInfo(all[0], all[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = dataFolder ?? Path.GetTempPath(),
        };
        _output = new();
        _process = LocalProcess.Start(start);
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _output.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _cleanup = ExitCleanup.Start("kill -INT \"$1\"", Text(_process.Id));
    }

    /// <summary>Waits until it accepts connections; its startup message alone appears before it notices that a port is taken.</summary>
    private async Task<bool> BecomesReadyAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (_process is { HasExited: false } && waited.Elapsed < StartLimit)
        {
            if (_output.Contains("Table service is successfully listening") && await IsListeningAsync(Port, cancellationToken))
            {
                return true;
            }

            await Task.Delay(Pause, cancellationToken);
        }

        return false;
    }

    /// <summary>Whether anything accepts connections on a loopback port.</summary>
    public static async Task<bool> IsListeningAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
