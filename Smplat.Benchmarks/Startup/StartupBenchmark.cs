using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Smplat.Benchmarks.Load;
using Smplat.Benchmarks.Routing;

namespace Smplat.Benchmarks.Startup;

/// <summary>Start of the published app to its first answer and to its first routed order, compiled ahead and not.</summary>
internal sealed class StartupBenchmark : IBenchmark
{
    private static readonly Option<string?> Database = new("--database") { Description = "A Postgres to use. Default: starts one." };

    private static readonly Option<int> Rounds = new("--rounds") { Description = "Starts of each kind; the median counts.", DefaultValueFactory = _ => 9 };

    public Command Build()
    {
        var command = new Command("startup", "Start of the published app to its first answer.") { Database, Rounds };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var database = await BenchDatabase.CreateAsync(parsed.GetValue(Database), cancellationToken);
        await PublishedApp.PublishAsync(isReadyToRun: true);
        await PublishedApp.PublishAsync(isReadyToRun: false);
        // The first start migrates; a cold start of a deployed app finds that done.
        await StartMeasurement.RunAsync(false, database.ConnectionString, cancellationToken);
        var (quick, slow) = (new List<StartMeasurement>(), new List<StartMeasurement>());
        for (var round = 0; round < parsed.GetValue(Rounds); round++)
        {
            quick.Add(await StartMeasurement.RunAsync(true, database.ConnectionString, cancellationToken));
            slow.Add(await StartMeasurement.RunAsync(false, database.ConnectionString, cancellationToken));
        }

        Print("compiled ahead", quick);
        Print("as it is", slow);
    }

    private static void Print(string kind, List<StartMeasurement> starts) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{kind}: first answer {Median(starts, start => start.FirstAnswer):N0} ms, first routed order {Median(starts, start => start.FirstOrder):N0} ms"));

    private static double Median(List<StartMeasurement> starts, Func<StartMeasurement, TimeSpan> figure) =>
        starts.Select(figure).Order().ElementAt(starts.Count / 2).TotalMilliseconds;
}

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
