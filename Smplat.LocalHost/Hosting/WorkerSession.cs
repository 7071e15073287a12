using System.Diagnostics;
using System.Text.Json;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

/// <summary>One worker from start to exit, with its functions loaded.</summary>
internal sealed class WorkerSession : IAsyncDisposable
{
    private static readonly TimeSpan OutputDelay = TimeSpan.FromMilliseconds(500);
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

    /// <summary>Where the worker accepts HTTP requests; null for an app without HTTP functions.</summary>
    public Uri? HttpAddress { get; }

    /// <summary>The settings that this worker was started with.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Completes when the worker has exited or its stream has ended.</summary>
    public Task Ended => Task.WhenAny(_worker.Ended, _connection.Ended);

    /// <summary>Completes with the name of a function that ignored its cancellation; the worker must be replaced.</summary>
    public Task<string> Stuck => _stuck.Task;

    /// <summary>Starts a worker, reads its functions and loads them.</summary>
    /// <exception cref="LocalStartException">It exited, failed or took too long; the message has its last output.</exception>
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
                throw new LocalStartException($"The worker exited while starting: {worker.Describe()}");
            }

            session = await LoadAsync(options, worker, await connecting, settings, limit.Token);
            return session;
        }
        catch (WorkerFailureException failure)
        {
            throw new LocalStartException($"{failure.Message} {await DescribeEndAsync(worker!)}".TrimEnd(), failure);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            throw new LocalStartException(
                $"The worker was not ready after {options.StartLimit.TotalSeconds:0.#} s. {worker?.Describe()}".TrimEnd(), late);
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

    /// <summary>Runs a timer function. A failure is logged, never thrown, so that the schedule continues.</summary>
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

    /// <summary>Runs a function with any other trigger, with the text passed to the admin route.</summary>
    public async Task RunAsync(FunctionEntry function, string input)
    {
        var request = Request(function, null);
        request.InputData.Add(new ParameterBinding { Name = function.TriggerName, Data = new TypedData { String = input } });
        await RunAsync(function, request);
    }

    /// <summary>A new invocation. For HTTP functions the body goes over HTTP and the route values over gRPC.</summary>
    public static InvocationRequest Request(FunctionEntry function, string? traceParent, string? traceState = null) => new()
    {
        InvocationId = Guid.NewGuid().ToString(),
        FunctionId = function.Id,
        TraceContext = new RpcTraceContext { TraceParent = traceParent ?? NewTraceParent(), TraceState = traceState ?? "" },
    };

    /// <summary>Runs the invocation. It is cancelled after the function timeout, and the worker is reported as stuck if that is ignored.</summary>
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
            _options.Log.Error($"{function.Name} exceeded the functionTimeout of {timeout} and is being cancelled.");
            _connection.Cancel(request.InvocationId);
        }

        try
        {
            return await running.WaitAsync(_options.CancelGrace);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            _stuck.TrySetResult(function.Name);
            throw new WorkerFailureException($"{function.Name} did not end after it was cancelled.");
        }
    }

    /// <summary>Cancels one invocation after its client disconnected.</summary>
    public void Cancel(string invocationId) => _connection.Cancel(invocationId);

    /// <summary>Cancels all running invocations, at the end of a stop's grace time.</summary>
    public void CancelAll() => _connection.CancelAll();

    /// <summary>Waits until nothing runs, or the token is cancelled.</summary>
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

    /// <summary>The worker's last output and how it exited.</summary>
    public Task<string> DescribeEndAsync() => DescribeEndAsync(_worker);

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
        // Disabled functions too: they can still be fired manually.
        await Task.WhenAll(catalog.All.Select(function => connection.LoadAsync(function, cancellationToken)));
        var http = worker.HttpAddress ?? (capabilities.TryGetValue("HttpUri", out var address) ? new Uri(address) : null);
        if (http is null && catalog.Http.Any())
        {
            throw new LocalStartException("The worker accepts no HTTP requests: the app must use the ASP.NET Core integration, ConfigureFunctionsWebApplication().");
        }

        return new(options, worker, connection, catalog, http, settings);
    }

    /// <summary>The stream may end shortly before the process writes its last output, so wait briefly for it.</summary>
    private static async Task<string> DescribeEndAsync(IWorker worker)
    {
        await Task.WhenAny(worker.Ended, Task.Delay(OutputDelay));
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

    /// <summary>Logs the failure of a function. The function's own log lines were already shown.</summary>
    public void Report(FunctionEntry function, InvocationResponse response)
    {
        if (response.Result is { Status: StatusResult.Types.Status.Failure, Exception: { } exception })
        {
            _options.Log.Error($"{function.Name} failed: {exception.Message}{Environment.NewLine}{exception.StackTrace}".TrimEnd());
        }
    }

    private static string NewTraceParent() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00";
}

/// <summary>The schedule status passed to a timer function; times are in the host's time zone, 0001-01-01 before the first run.</summary>
public sealed record ScheduleStatusMessage(DateTime Last, DateTime LastUpdated, DateTime Next);
