using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Smplat.Benchmarks.Load;
using Smplat.Benchmarks.Routing;

namespace Smplat.Benchmarks.Startup;

/// <summary>One start of host and worker: how long until it answers at all, and until it has routed and stored an order.</summary>
internal sealed record StartMeasurement(TimeSpan FirstAnswer, TimeSpan FirstOrder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <param name="database">A migrated database, as a cold start finds it.</param>
    public static async Task<StartMeasurement> RunAsync(bool isReadyToRun, string database, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var command = await PublishedApp.CommandAsync(
            isReadyToRun, port, ["SMPLAT_LOCAL_SETTINGS=none", "SMPLAT_ENVIRONMENT=local", $"SMPLAT_DATABASE={database}"]);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var begin = Stopwatch.GetTimestamp();
        using var process = Process.Start(command)!;
        try
        {
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
            var answer = await UntilAsync(() => client.GetAsync("/healthz", cancellationToken), begin, cancellationToken);
            using var body = new StringContent(RouteRequest.Body, Encoding.UTF8, "application/json");
            var order = await UntilAsync(() => client.PostAsync("/functions/v1/loopgpt_route_order", body, cancellationToken), begin, cancellationToken);
            return new(answer, order);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<TimeSpan> UntilAsync(Func<Task<HttpResponseMessage>> ask, long begin, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetElapsedTime(begin) < Patience)
        {
            try
            {
                using var answer = await ask();
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return Stopwatch.GetElapsedTime(begin);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException)
            {
                // It does not listen yet. A port that is only being tried resets the connection, which .NET throws bare.
            }

            await Task.Delay(Pause, cancellationToken);
        }

        throw new InvalidOperationException("The app does not answer.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
