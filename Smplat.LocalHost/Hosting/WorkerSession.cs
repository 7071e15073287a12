using System.Diagnostics;
using System.Text.Json;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

/// <summary>One worker from its start to its end, with its functions loaded.</summary>
internal sealed class WorkerSession : IAsyncDisposable
{
    private static readonly TimeSpan LastMoment = TimeSpan.FromMilliseconds(500);
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = null };

    private readonly FunctionsHostOptions _options;
    private readonly IWorker _worker;
    private readonly WorkerConnection _connection;
    private readonly TaskCompletionSource<string> _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkerSession(
        FunctionsHostOptions options, IWorker worker, WorkerConnection connection, FunctionCatalog catalog, Uri? http,
        IReadOnlyDictionary<string, string> settings)
    {
        (_options, _worker, _connection, Catalog, HttpAddress, Settings) = (options, worker, connection, catalog, http, settings);
    }

    public FunctionCatalog Catalog { get; }

    /// <summary>Where the worker takes HTTP requests; null for an app without HTTP functions of this kind.</summary>
    public Uri? HttpAddress { get; }

    /// <summary>The settings that this worker was started with.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Completes when the worker has ended, or its stream has.</summary>
    public Task Ended => Task.WhenAny(_worker.Ended, _connection.Ended);

    /// <summary>Completes with the name of a function that did not end after its time-out: the worker has to be replaced.</summary>
    public Task<string> Stuck => _stuck.Task;

    /// <summary>Starts a worker, learns its functions and loads them.</summary>
    /// <exception cref="LocalStartException">It ended, failed or took too long; the message says what it printed last.</exception>
    public static async Task<WorkerSession> StartAsync(FunctionsHostOptions options, RpcServer server, CancellationToken cancellationToken)
    {
        var settings = options.Settings();
        var id = Guid.NewGuid().ToString();
        var connecting = server.Expect(id);
        IWorker? worker = null;
        WorkerSession? session = null;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.StartLimit);
        try
        {
            worker = await options.Worker.StartAsync(
                new(server.Endpoint, id, Guid.NewGuid().ToString(), options.AppFolder, settings), limit.Token);
            if (await Task.WhenAny(connecting, worker.Ended).WaitAsync(limit.Token) != connecting)
            {
                throw new LocalStartException($"The worker ended while starting: {worker.Describe()}");
            }

            session = await LoadAsync(options, worker, await connecting, settings, limit.Token);
            return session;
        }
        catch (WorkerFailureException failure)
        {
            throw new LocalStartException($"{failure.Message} {await LastWordsAsync(worker!)}".TrimEnd(), failure);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LocalStartException(
                $"The worker is not ready after {options.StartLimit.TotalSeconds:0.#} s. {worker?.Describe()}".TrimEnd(), late);
        }
        finally
        {
            if (session is null)
            {
                server.Forget(id);
                await (worker?.DisposeAsync() ?? ValueTask.CompletedTask);
            }
        }
    }

    /// <summary>Runs a timer function to its end. A failure is logged, never thrown: the schedule goes on.</summary>
    public async Task RunTimerAsync(FunctionEntry function, ScheduleStatusMessage? status, bool isPastDue)
    {
        var timer = new { Schedule = new { AdjustForDST = true }, ScheduleStatus = status, IsPastDue = isPastDue };
        var request = Request(function, null);
        request.InputData.Add(new ParameterBinding
        {
            Name = function.TriggerName,
            Data = new TypedData { Json = JsonSerializer.Serialize(timer, Json) },
        });
        await RunAsync(function, request);
    }

    /// <summary>Runs a function of any other trigger with the text that the admin route was given.</summary>
    public async Task RunAsync(FunctionEntry function, string input)
    {
        var request = Request(function, null);
        request.InputData.Add(new ParameterBinding { Name = function.TriggerName, Data = new TypedData { String = input } });
        await RunAsync(function, request);
    }

    /// <summary>An invocation of an HTTP function; its body goes over HTTP, the route's values over the stream.</summary>
    public static InvocationRequest Request(FunctionEntry function, string? traceParent, string? traceState = null) => new()
    {
        InvocationId = Guid.NewGuid().ToString(),
        FunctionId = function.Id,
        TraceContext = new RpcTraceContext { TraceParent = traceParent ?? NewTraceParent(), TraceState = traceState ?? "" },
    };

    /// <summary>Sends the invocation; after the function's time-out it is cancelled, and reported as stuck if it goes on even then.</summary>
    public async Task<InvocationResponse> InvokeAsync(FunctionEntry function, InvocationRequest request)
    {
        var running = _connection.InvokeAsync(request);
        if (_options.HostJson.FunctionTimeout is not { } timeout)
        {
            return await running;
        }

        try
        {
            return await running.WaitAsync(timeout);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            _options.Log.Error($"{function.Name} did not end within the functionTimeout of {timeout} and is cancelled.");
            _connection.Cancel(request.InvocationId);
        }

        try
        {
            return await running.WaitAsync(_options.CancelGrace);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            _stuck.TrySetResult(function.Name);
            throw new WorkerFailureException($"{function.Name} did not end, not even after it was cancelled.");
        }
    }

    /// <summary>Cancels one invocation: its client has gone.</summary>
    public void Cancel(string invocationId) => _connection.Cancel(invocationId);

    /// <summary>Cancels everything that runs, at the end of a stop's grace time.</summary>
    public void CancelAll() => _connection.CancelAll();

    /// <summary>Waits until nothing runs any more, or the token ends the wait.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (_connection.Running > 0 && !_connection.Ended.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>Asks the worker to stop, waits for it, and kills it after the grace time.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        _connection.Terminate(grace);
        await _worker.StopAsync(grace);
    }

    /// <summary>What the worker printed last and how it ended.</summary>
    public Task<string> LastWordsAsync() => LastWordsAsync(_worker);

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static async Task<WorkerSession> LoadAsync(
        FunctionsHostOptions options, IWorker worker, WorkerConnection connection, IReadOnlyDictionary<string, string> settings,
        CancellationToken cancellationToken)
    {
        connection.ReadLog(options.Log.Worker);
        var (capabilities, functions) = await connection.InitializeAsync(FunctionsHostOptions.Version, options.AppFolder, cancellationToken);
        var catalog = FunctionCatalog.Read(functions, options.HostJson.RoutePrefix, settings);
        // Those that are switched off too: they can still be fired.
        await Task.WhenAll(catalog.All.Select(function => connection.LoadAsync(function, cancellationToken)));
        var http = worker.HttpAddress ?? (capabilities.TryGetValue("HttpUri", out var address) ? new Uri(address) : null);
        if (http is null && catalog.Http.Any())
        {
            throw new LocalStartException("The worker takes no HTTP requests: its app needs the ASP.NET Core integration, ConfigureFunctionsWebApplication().");
        }

        return new(options, worker, connection, catalog, http, settings);
    }

    /// <summary>The stream may end a moment before the process has said its last, so it gets that moment.</summary>
    private static async Task<string> LastWordsAsync(IWorker worker)
    {
        await Task.WhenAny(worker.Ended, Task.Delay(LastMoment));
        return worker.Describe();
    }

    private async Task RunAsync(FunctionEntry function, InvocationRequest request)
    {
        try
        {
            var response = await InvokeAsync(function, request);
            Report(function, response);
        }
        catch (WorkerFailureException failure)
        {
            _options.Log.Error($"{function.Name} failed: {failure.Message}");
        }
    }

    /// <summary>Says when a function failed. What it logged itself has been shown.</summary>
    public void Report(FunctionEntry function, InvocationResponse response)
    {
        if (response.Result is { Status: StatusResult.Types.Status.Failure, Exception: { } exception })
        {
            _options.Log.Error($"{function.Name} failed: {exception.Message}{Environment.NewLine}{exception.StackTrace}".TrimEnd());
        }
    }

    private static string NewTraceParent() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";
}

/// <summary>The schedule status that a timer function is shown; times in the host's time zone, 0001-01-01 before the first run.</summary>
public sealed record ScheduleStatusMessage(DateTime Last, DateTime LastUpdated, DateTime Next);
