using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

/// <summary>
/// The gRPC server that workers connect to: HTTP/2 without TLS on a free loopback port. One server accepts any number of
/// workers, distinguished by their id, so that all apps of a test process can share it.
/// </summary>
public sealed class RpcServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<WorkerConnection>> _expected = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly WebApplication _web;

    private RpcServer()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Logging.ClearProviders();
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(this);
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = null;
            grpc.MaxSendMessageSize = null;
        });
        _web = builder.Build();
        _web.UseRouting();
        _web.MapGrpcService<EventStreamService>();
    }

    /// <summary>The address that workers connect to.</summary>
    public Uri Endpoint { get; private set; } = null!;

    public static async Task<RpcServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new RpcServer();
        await server._web.StartAsync(cancellationToken);
        var addresses = server._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Endpoint = new Uri(addresses.Addresses.First());
        return server;
    }

    /// <summary>Registers a worker before it starts; the task completes when it connects.</summary>
    internal Task<WorkerConnection> Expect(string workerId)
    {
        var connected = new TaskCompletionSource<WorkerConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        _expected[workerId] = connected;
        return connected.Task;
    }

    /// <summary>Removes a worker that never connected.</summary>
    internal void Forget(string workerId) => _expected.TryRemove(workerId, out _);

    public async ValueTask DisposeAsync()
    {
        // Workers keep their streams open as long as they run, so close them from this side.
        await _stopping.CancelAsync();
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ServeAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken aborted)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, _stopping.Token);
        if (!await incoming.MoveNext(ending.Token)
            || incoming.Current.StartStream is not { } hello
            || !_expected.TryRemove(hello.WorkerId, out var connected))
        {
            throw new Grpc.Core.RpcException(new Status(StatusCode.FailedPrecondition, "The stream must begin with start_stream of an expected worker."));
        }

        await using var connection = new WorkerConnection();
        connected.SetResult(connection);
        await connection.RunAsync(incoming, outgoing, ending.Token);
    }

    private sealed class EventStreamService(RpcServer server) : FunctionRpc.FunctionRpcBase
    {
        public override Task EventStream(
            IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context) =>
            server.ServeAsync(requestStream, responseStream, context.CancellationToken);
    }
}

/// <summary>The worker exited before it responded, or it reported a failure.</summary>
public sealed class WorkerFailureException(string message) : Exception(message);

/// <summary>
/// The gRPC connection to one worker. Requests and invocations are matched to their responses by id. When the stream ends,
/// everything pending fails with <see cref="WorkerFailureException"/>, so no caller waits indefinitely.
/// </summary>
internal sealed class WorkerConnection : IAsyncDisposable
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _requests = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> _invocations = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<RpcLog>? _log;
    private ConcurrentQueue<RpcLog>? _early = new();

    /// <summary>Completes when either side has ended the stream.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Number of running invocations.</summary>
    public int Running => _invocations.Count;

    /// <summary>Reads the worker's capabilities and its functions.</summary>
    /// <exception cref="WorkerFailureException">The worker failed or exited.</exception>
    public async Task<(IReadOnlyDictionary<string, string> Capabilities, IReadOnlyList<RpcFunctionMetadata> Functions)> InitializeAsync(
        string hostVersion, string appFolder, CancellationToken cancellationToken)
    {
        var init = await RequestAsync(new() { WorkerInitRequest = new() { HostVersion = hostVersion } }, cancellationToken);
        ThrowIfFailed(init.WorkerInitResponse.Result, "The worker could not initialize");
        var index = await RequestAsync(
            new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = appFolder } }, cancellationToken);
        ThrowIfFailed(index.FunctionMetadataResponse.Result, "The worker could not list its functions");
        return (init.WorkerInitResponse.Capabilities, index.FunctionMetadataResponse.FunctionMetadataResults);
    }

    /// <summary>Loads a function. Its bindings are filled in from the raw ones; without them HTTP functions get no HttpContext.</summary>
    /// <exception cref="WorkerFailureException">The worker cannot load it.</exception>
    public async Task LoadAsync(FunctionEntry function, CancellationToken cancellationToken)
    {
        var metadata = function.Metadata.Clone();
        foreach (var binding in function.Bindings)
        {
            metadata.Bindings[binding.Name] = new() { Type = binding.Type, Direction = binding.Direction };
        }

        var answer = await RequestAsync(
            new() { FunctionLoadRequest = new() { FunctionId = metadata.FunctionId, Metadata = metadata } }, cancellationToken);
        ThrowIfFailed(answer.FunctionLoadResponse.Result, $"The worker could not load {function.Name}");
    }

    /// <summary>Runs a function. The task has the worker's result, which may be a failure.</summary>
    /// <exception cref="WorkerFailureException">The worker exited first.</exception>
    public Task<InvocationResponse> InvokeAsync(InvocationRequest request)
    {
        var answer = new TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        _invocations[request.InvocationId] = answer;
        Send(new() { RequestId = request.InvocationId, InvocationRequest = request });
        if (Ended.IsCompleted && _invocations.TryRemove(request.InvocationId, out _))
        {
            answer.TrySetException(Exited());
        }

        return answer.Task;
    }

    /// <summary>Cancels the function's token; the function decides how to end.</summary>
    public void Cancel(string invocationId) =>
        Send(new() { RequestId = invocationId, InvocationCancel = new() { InvocationId = invocationId } });

    /// <summary>Cancels all running invocations.</summary>
    public void CancelAll()
    {
        foreach (var id in _invocations.Keys)
        {
            Cancel(id);
        }
    }

    /// <summary>Asks the worker to stop within a time.</summary>
    public void Terminate(TimeSpan grace) =>
        Send(new() { WorkerTerminate = new() { GracePeriod = Duration.FromTimeSpan(grace) } });

    /// <summary>Passes the worker's log lines on, beginning with those that arrived earlier.</summary>
    public void ReadLog(Action<RpcLog> log)
    {
        _log = log;
        for (var early = Interlocked.Exchange(ref _early, null); early is not null && early.TryDequeue(out var line);)
        {
            log(line);
        }
    }

    /// <summary>Transfers messages in both directions until the stream ends or is cancelled.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        var writing = WriteAsync(outgoing, cancellationToken);
        try
        {
            while (await incoming.MoveNext(cancellationToken))
            {
                Receive(incoming.Current);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or Grpc.Core.RpcException or InvalidOperationException)
        {
            // The worker was killed or this host stops; End fails everything pending.
        }
        finally
        {
            End();
            await writing;
        }
    }

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.RpcLog:
                Log(message.RpcLog);
                break;
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (_invocations.TryRemove(message.InvocationResponse.InvocationId, out var invocation))
                {
                    invocation.TrySetResult(message.InvocationResponse);
                }

                break;
            default:
                if (_requests.TryRemove(message.RequestId, out var request))
                {
                    request.TrySetResult(message);
                }

                break;
        }
    }

    private void Log(RpcLog line)
    {
        if (_early is { } early && _log is null)
        {
            early.Enqueue(line);
        }
        else
        {
            _log?.Invoke(line);
        }
    }

    private async Task<StreamingMessage> RequestAsync(StreamingMessage message, CancellationToken cancellationToken)
    {
        message.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[message.RequestId] = answer;
        Send(message);
        if (Ended.IsCompleted)
        {
            throw Exited();
        }

        return await answer.Task.WaitAsync(cancellationToken);
    }

    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellationToken))
            {
                await outgoing.WriteAsync(message, cancellationToken);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or Grpc.Core.RpcException or InvalidOperationException)
        {
            // The reading side sees the same failure and ends the connection.
        }
    }

    private void End()
    {
        _outgoing.Writer.TryComplete();
        _ended.TrySetResult();
        foreach (var id in _requests.Keys)
        {
            if (_requests.TryRemove(id, out var request))
            {
                request.TrySetException(Exited());
            }
        }

        foreach (var id in _invocations.Keys)
        {
            if (_invocations.TryRemove(id, out var invocation))
            {
                invocation.TrySetException(Exited());
            }
        }
    }

    private static WorkerFailureException Exited() => new("The worker exited.");

    private static void ThrowIfFailed(StatusResult? result, string what)
    {
        // An unset status reads as failure, so it counts only with an exception.
        if (result is { Status: StatusResult.Types.Status.Failure, Exception: { } failure })
        {
            throw new WorkerFailureException($"{what}: {failure.Message}");
        }
    }
}
