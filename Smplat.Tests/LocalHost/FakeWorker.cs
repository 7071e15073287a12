using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using System.Threading.Channels;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Hosting;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.Tests.LocalHost;

/// <summary>
/// A worker with functions that are lambdas of a test. It speaks the real protocol over a real gRPC client and takes HTTP on
/// a server of its own, as the official worker does: a request is paired with the invocation of the same id. Each start is
/// a new instance; a fault applies to later instances.
/// </summary>
internal sealed class FakeWorker : IWorkerLauncher
{
    private readonly List<FakeFunction> _functions = [];
    private readonly ConcurrentQueue<FakeWorkerInstance> _instances = new();

    /// <summary>All instances so far, the newest last.</summary>
    public IReadOnlyList<FakeWorkerInstance> Instances => [.. _instances];

    public FakeWorkerInstance Current => _instances.Last();

    /// <summary>The worker starts and never connects.</summary>
    public bool NeverConnects { get; set; }

    /// <summary>The worker exits before it connects.</summary>
    public bool ExitsAtStart { get; set; }

    /// <summary>The function that the worker cannot load.</summary>
    public string? CannotLoad { get; set; }

    /// <summary>The worker has no HTTP server, as an app without the ASP.NET Core integration.</summary>
    public bool TakesNoHttp { get; set; }

    /// <summary>The worker's last output.</summary>
    public string Output { get; set; } = "";

    /// <summary>Every start waits for it; null for none.</summary>
    public Task? StartGate { get; set; }

    /// <summary>Records when an instance is asked to stop.</summary>
    public Diary? Diary { get; set; }

    public FakeWorker Http(string name, string route, Func<HttpContext, Invocation, Task> run, params string[] methods) => Add(
        name, new { name = "req", type = "httpTrigger", direction = "In", authLevel = "Anonymous", route, methods }, run, null);

    /// <summary>An HTTP function that returns a text.</summary>
    public FakeWorker Http(string name, string route, string answer, params string[] methods) =>
        Http(name, route, (http, _) => http.Response.WriteAsync(answer), methods);

    public FakeWorker Timer(
        string name, string schedule, Func<Invocation, Task> run, bool? useMonitor = null, bool? runOnStartup = null) => Add(
        name, new { name = "timer", type = "timerTrigger", direction = "In", schedule, useMonitor, runOnStartup }, null, run);

    /// <summary>A function with any other trigger.</summary>
    public FakeWorker Other(string name, string type, Func<Invocation, Task> run) =>
        Add(name, new { name = "input", type, direction = "In" }, null, run);

    /// <summary>Removes a function from later instances.</summary>
    public void Remove(string name) => _functions.RemoveAll(function => function.Name == name);

    public async Task<IWorker> StartAsync(WorkerStart start, CancellationToken cancellationToken)
    {
        if (StartGate is { } gate)
        {
            await gate.WaitAsync(cancellationToken);
        }

        var instance = new FakeWorkerInstance(start, [.. _functions], CannotLoad, TakesNoHttp, Output, Diary);
        _instances.Enqueue(instance);
        if (ExitsAtStart)
        {
            await instance.CrashAsync();
        }
        else if (!NeverConnects)
        {
            await instance.BeginAsync();
        }

        return instance;
    }

    private FakeWorker Add(string name, object binding, Func<HttpContext, Invocation, Task>? http, Func<Invocation, Task>? run)
    {
        _functions.Add(new(name, JsonSerializer.Serialize(binding), http, run));
        return this;
    }
}

/// <param name="Binding">The trigger as the worker's metadata has it.</param>
internal sealed record FakeFunction(string Name, string Binding, Func<HttpContext, Invocation, Task>? Http, Func<Invocation, Task>? Run);

/// <summary>What a test function receives.</summary>
/// <param name="Cancelled">Cancelled by invocation_cancel.</param>
internal sealed record Invocation(InvocationRequest Request, FakeWorkerInstance Life, CancellationToken Cancelled)
{
    /// <summary>The TimerInfo of a timer function.</summary>
    public JsonElement TimerInfo => JsonDocument.Parse(Request.InputData.Single().Data.Json).RootElement;
}

/// <summary>One start of the worker, until its exit.</summary>
internal sealed class FakeWorkerInstance : IWorker
{
    private readonly WorkerStart _start;
    private readonly IReadOnlyList<FakeFunction> _functions;
    private readonly string? _cannotLoad;
    private readonly bool _takesNoHttp;
    private readonly string _lastWords;
    private readonly Diary? _diary;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>();
    private readonly ConcurrentDictionary<string, Pair> _pairs = new();
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new();
    private readonly ConcurrentDictionary<string, bool> _loaded = new();
    private readonly ConcurrentQueue<StreamingMessage> _received = new();
    private readonly CancellationTokenSource _dead = new();
    private WebApplication? _web;
    private GrpcChannel? _channel;

    public FakeWorkerInstance(WorkerStart start, IReadOnlyList<FakeFunction> functions, string? cannotLoad, bool takesNoHttp, string lastWords, Diary? diary) =>
        (_start, _functions, _cannotLoad, _takesNoHttp, _lastWords, _diary) = (start, functions, cannotLoad, takesNoHttp, lastWords, diary);

    public Task Ended => _ended.Task;

    /// <summary>Null: the host reads the capability <c>HttpUri</c>, as for a worker in another process.</summary>
    public Uri? HttpAddress => null;

    public IReadOnlyDictionary<string, string> Settings => _start.Settings;

    /// <summary>Everything that the host sent, in order.</summary>
    public IReadOnlyList<StreamingMessage> Received => [.. _received];

    public string Describe() => _lastWords;

    /// <summary>Starts to accept HTTP and connects to the host.</summary>
    public async Task BeginAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.Logging.ClearProviders();
        _web = builder.Build();
        _web.Run(AnswerAsync);
        await _web.StartAsync();
        _channel = GrpcChannel.ForAddress(_start.Endpoint, new() { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        var stream = new FunctionRpc.FunctionRpcClient(_channel).EventStream(cancellationToken: _dead.Token);
        Send(new() { StartStream = new() { WorkerId = _start.WorkerId } });
        _ = WriteAsync(stream.RequestStream);
        _ = ReadAsync(stream.ResponseStream);
    }

    /// <summary>Ends like a crashed process: connections break off without a message.</summary>
    public async Task CrashAsync()
    {
        if (!_dead.IsCancellationRequested)
        {
            await _dead.CancelAsync();
            _outgoing.Writer.TryComplete();
            if (_web is not null)
            {
                await _web.StopAsync(new CancellationToken(canceled: true));
                await _web.DisposeAsync();
            }

            _channel?.Dispose();
        }

        _ended.TrySetResult();
    }

    public void Log(RpcLog line) => Send(new() { RpcLog = line });

    public async Task StopAsync(TimeSpan grace)
    {
        try
        {
            await Ended.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            await CrashAsync();
        }
    }

    public async ValueTask DisposeAsync() => await CrashAsync();

    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private async Task WriteAsync(IClientStreamWriter<StreamingMessage> stream)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(_dead.Token))
            {
                await stream.WriteAsync(message, _dead.Token);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or Grpc.Core.RpcException or InvalidOperationException)
        {
            // The instance has stopped, or the host has ended the stream.
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<StreamingMessage> stream)
    {
        try
        {
            while (await stream.MoveNext(_dead.Token))
            {
                _received.Enqueue(stream.Current);
                Take(stream.Current);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or Grpc.Core.RpcException)
        {
            // The instance has stopped, or the host has ended the stream.
        }
    }

    private void Take(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.WorkerInitRequest:
                var address = _web!.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
                var hello = new WorkerInitResponse { Result = Success() };
                if (!_takesNoHttp)
                {
                    hello.Capabilities["HttpUri"] = address;
                }

                Send(new() { RequestId = message.RequestId, WorkerInitResponse = hello });
                break;
            case StreamingMessage.ContentOneofCase.FunctionsMetadataRequest:
                var metadata = new FunctionMetadataResponse { Result = Success() };
                metadata.FunctionMetadataResults.AddRange(_functions.Select((function, index) => new RpcFunctionMetadata
                {
                    Name = function.Name,
                    FunctionId = $"{index}",
                    EntryPoint = $"Fake.{function.Name}",
                    RawBindings = { function.Binding },
                }));
                Send(new() { RequestId = message.RequestId, FunctionMetadataResponse = metadata });
                break;
            case StreamingMessage.ContentOneofCase.FunctionLoadRequest:
                var load = message.FunctionLoadRequest;
                _loaded[load.FunctionId] = true;
                var result = load.Metadata.Name == _cannotLoad ? Failure($"no method {load.Metadata.EntryPoint}") : Success();
                Send(new() { RequestId = message.RequestId, FunctionLoadResponse = new() { FunctionId = load.FunctionId, Result = result } });
                break;
            case StreamingMessage.ContentOneofCase.InvocationRequest:
                _ = InvokeAsync(message.InvocationRequest);
                break;
            case StreamingMessage.ContentOneofCase.InvocationCancel:
                if (_running.TryGetValue(message.InvocationCancel.InvocationId, out var running))
                {
                    _ = running.CancelAsync();
                }

                break;
            case StreamingMessage.ContentOneofCase.WorkerTerminate:
                _diary?.Write("worker asked to stop");
                _ = CrashAsync();
                break;
        }
    }

    private async Task InvokeAsync(InvocationRequest request)
    {
        var function = _functions[int.Parse(request.FunctionId, System.Globalization.CultureInfo.InvariantCulture)];
        using var cancelled = _running[request.InvocationId] = new();
        var invocation = new Invocation(request, this, cancelled.Token);
        StatusResult result;
        try
        {
            if (!_loaded.ContainsKey(request.FunctionId))
            {
                throw new InvalidOperationException("not loaded");
            }

            if (function.Http is not null)
            {
                var pair = PairOf(request.InvocationId);
                pair.Invocation.SetResult((function, invocation));
                await pair.Answered.Task.WaitAsync(_dead.Token);
            }
            else
            {
                await function.Run!(invocation);
            }

            result = Success();
        }
        catch (Exception failure)
        {
            result = Failure(failure.Message);
        }

        _running.TryRemove(request.InvocationId, out _);
        _pairs.TryRemove(request.InvocationId, out _);
        Send(new() { RequestId = request.InvocationId, InvocationResponse = new() { InvocationId = request.InvocationId, Result = result } });
    }

    private async Task AnswerAsync(HttpContext http)
    {
        if (http.Request.Headers["x-ms-invocation-id"].ToString() is not { Length: > 0 } id)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        var pair = PairOf(id);
        var (function, invocation) = await pair.Invocation.Task.WaitAsync(TimeSpan.FromSeconds(5), _dead.Token);
        try
        {
            await function.Http!(http, invocation);
            await http.Response.CompleteAsync();
            pair.Answered.SetResult();
        }
        catch (Exception failure)
        {
            pair.Answered.SetException(failure);
            throw;
        }
    }

    private Pair PairOf(string id) => _pairs.GetOrAdd(id, _ => new());

    private static StatusResult Success() => new() { Status = StatusResult.Types.Status.Success };

    private static StatusResult Failure(string message) => new()
    {
        Status = StatusResult.Types.Status.Failure,
        Exception = new() { Message = message, StackTrace = "   at Fake.Function()" },
    };

    /// <summary>The two halves of an HTTP call.</summary>
    private sealed class Pair
    {
        public TaskCompletionSource<(FakeFunction Function, Invocation Invocation)> Invocation { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
