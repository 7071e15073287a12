using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Smplat.Benchmarks.Load;
using Smplat.Benchmarks.Routing;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Benchmarks.Startup;

/// <summary>Time from the start of the published app to its first response and its first routed order, with and without ReadyToRun.</summary>
internal sealed class StartupBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "Postgres to use. Default: start one." };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Starts of each kind; the median is reported.", DefaultValueFactory = _ => 9 };

    public Command Build()
    {
        var command = new Command("startup", "Time from the start of the published app to its first response.") { Database, Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.CreateAsync(parsed.GetValue(Database), cancellationToken);
        await PublishedApp.PublishAsync(isReadyToRun: true);
        await PublishedApp.PublishAsync(isReadyToRun: false);
        // The first start migrates the database; a deployed app's cold start does not.
        await StartMeasurement.RunAsync(false, database.ConnectionString, cancellationToken);
        var (quick, slow) = (new List<StartMeasurement>(), new List<StartMeasurement>());
        for (var round = 0; round < parsed.GetValue(Rounds); round++)
        {
            quick.Add(await StartMeasurement.RunAsync(true, database.ConnectionString, cancellationToken));
            slow.Add(await StartMeasurement.RunAsync(false, database.ConnectionString, cancellationToken));
        }

        Print("ReadyToRun", quick);
        Print("JIT only", slow);
    }

    private static void Print(string kind, List<StartMeasurement> starts) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{kind}: first response {Median(starts, start => start.FirstResponse):N0} ms, first routed order {Median(starts, start => start.FirstOrder):N0} ms"));

    private static double Median(List<StartMeasurement> starts, Func<StartMeasurement, TimeSpan> figure) =>
        starts.Select(figure).Order().ElementAt(starts.Count / 2).TotalMilliseconds;
}

/// <summary>One start of host and worker: the time to the first response, and to the first order routed and stored.</summary>
internal sealed record StartMeasurement(TimeSpan FirstResponse, TimeSpan FirstOrder)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <param name="database">A migrated database.</param>
    public static async Task<StartMeasurement> RunAsync(bool isReadyToRun, string database, CancellationToken cancellationToken)
    {
        var port = FreePort.Find();
        var command = await PublishedApp.CommandAsync(
            isReadyToRun, port, ["SMPLAT_LOCAL_SETTINGS=none", "SMPLAT_ENVIRONMENT=local", $"SMPLAT_DATABASE={database}"]);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        var begin = Stopwatch.GetTimestamp();
        using var process = Process.Start(command)!;
        try
        {
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, cancellationToken);
            var response = await UntilAsync(() => client.GetAsync("/healthz", cancellationToken), begin, cancellationToken);
            using var body = new StringContent(RouteRequest.Body, Encoding.UTF8, "application/json");
            var order = await UntilAsync(() => client.PostAsync("/functions/v1/loopgpt_route_order", body, cancellationToken), begin, cancellationToken);
            return new(response, order);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<TimeSpan> UntilAsync(Func<Task<HttpResponseMessage>> send, long begin, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetElapsedTime(begin) < StartLimit)
        {
            try
            {
                using var response = await send();
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    return Stopwatch.GetElapsedTime(begin);
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or SocketException)
            {
                // Not listening yet. While the app probes its port, connections are reset, which .NET throws as a SocketException.
            }

            await Task.Delay(Pause, cancellationToken);
        }

        throw new InvalidOperationException("The app did not respond.");
    }
}
