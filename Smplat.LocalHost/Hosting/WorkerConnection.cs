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
/// The gRPC server that workers connect to: HTTP/2 without TLS on a free loopback port. One server takes any number of
/// workers, told apart by their id, so that all apps of a test process share one.
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

    /// <summary>Where workers connect.</summary>
    public Uri Endpoint { get; private set; } = null!;

    public static async Task<RpcServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = new RpcServer();
        await server._web.StartAsync(cancellationToken);
        var addresses = server._web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Endpoint = new Uri(addresses.Addresses.First());
        return server;
    }

    /// <summary>Announces a worker before it is started; the task completes when it has connected.</summary>
    internal Task<WorkerConnection> Expect(string workerId)
    {
        var connected = new TaskCompletionSource<WorkerConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        _expected[workerId] = connected;
        return connected.Task;
    }

    /// <summary>Forgets a worker that never connected.</summary>
    internal void Forget(string workerId) => _expected.TryRemove(workerId, out _);

    public async ValueTask DisposeAsync()
    {
        // A worker keeps its stream open as long as it lives, so the streams are ended from this side.
        await _stopping.CancelAsync();
        await _web.StopAsync(CancellationToken.None);
        await _web.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task ConverseAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken aborted)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, _stopping.Token);
        if (!await incoming.MoveNext(ending.Token)
            || incoming.Current.StartStream is not { } hello
            || !_expected.TryRemove(hello.WorkerId, out var connected))
        {
            throw new Grpc.Core.RpcException(new Status(StatusCode.FailedPrecondition, "The stream must begin with the start_stream of a worker that is expected."));
        }

        await using var connection = new WorkerConnection();
        connected.SetResult(connection);
        await connection.RunAsync(incoming, outgoing, ending.Token);
    }

    private sealed class EventStreamService(RpcServer server) : FunctionRpc.FunctionRpcBase
    {
        public override Task EventStream(
            IAsyncStreamReader<StreamingMessage> requestStream, IServerStreamWriter<StreamingMessage> responseStream, ServerCallContext context) =>
            server.ConverseAsync(requestStream, responseStream, context.CancellationToken);
    }
}

/// <summary>The worker went away before it answered, or it answered that it failed.</summary>
public sealed class WorkerFailureException(string message) : Exception(message);

/// <summary>
/// The conversation with one worker. Questions and invocations are paired with their answers by id; when the stream
/// ends, everything that still waits fails with <see cref="WorkerFailureException"/>, so no caller waits for ever.
/// </summary>
internal sealed class WorkerConnection : IAsyncDisposable
{
    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _questions = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> _invocations = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<RpcLog>? _log;
    private ConcurrentQueue<RpcLog>? _early = new();

    /// <summary>Completes when the stream has ended, from whichever side.</summary>
    public Task Ended => _ended.Task;

    /// <summary>How many invocations have not ended.</summary>
    public int Running => _invocations.Count;

    /// <summary>Capabilities, then the functions: what has to be known before any call.</summary>
    /// <exception cref="WorkerFailureException">The worker failed or ended.</exception>
    public async Task<(IReadOnlyDictionary<string, string> Capabilities, IReadOnlyList<RpcFunctionMetadata> Functions)> InitializeAsync(
        string hostVersion, string appFolder, CancellationToken cancellationToken)
    {
        var hello = await AskAsync(new() { WorkerInitRequest = new() { HostVersion = hostVersion } }, cancellationToken);
        ThrowIfFailed(hello.WorkerInitResponse.Result, "The worker could not initialize");
        var index = await AskAsync(
            new() { FunctionsMetadataRequest = new() { FunctionAppDirectory = appFolder } }, cancellationToken);
        ThrowIfFailed(index.FunctionMetadataResponse.Result, "The worker could not tell its functions");
        return (hello.WorkerInitResponse.Capabilities, index.FunctionMetadataResponse.FunctionMetadataResults);
    }

    /// <summary>Loads a function. Its bindings are filled in from the raw ones: without them HTTP functions get no HttpContext.</summary>
    /// <exception cref="WorkerFailureException">The worker cannot load it.</exception>
    public async Task LoadAsync(FunctionEntry function, CancellationToken cancellationToken)
    {
        var metadata = function.Metadata.Clone();
        foreach (var binding in function.Bindings)
        {
            metadata.Bindings[binding.Name] = new() { Type = binding.Type, Direction = binding.Direction };
        }

        var answer = await AskAsync(
            new() { FunctionLoadRequest = new() { FunctionId = metadata.FunctionId, Metadata = metadata } }, cancellationToken);
        ThrowIfFailed(answer.FunctionLoadResponse.Result, $"The worker could not load {function.Name}");
    }

    /// <summary>Runs a function. The task carries the worker's verdict, a failure too.</summary>
    /// <exception cref="WorkerFailureException">The worker ended first.</exception>
    public Task<InvocationResponse> InvokeAsync(InvocationRequest request)
    {
        var answer = new TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        _invocations[request.InvocationId] = answer;
        Send(new() { RequestId = request.InvocationId, InvocationRequest = request });
        if (Ended.IsCompleted && _invocations.TryRemove(request.InvocationId, out _))
        {
            answer.TrySetException(Gone());
        }

        return answer.Task;
    }

    /// <summary>Cancels the function's token; it may still end in its own way.</summary>
    public void Cancel(string invocationId) =>
        Send(new() { RequestId = invocationId, InvocationCancel = new() { InvocationId = invocationId } });

    /// <summary>Cancels everything that still runs.</summary>
    public void CancelAll()
    {
        foreach (var id in _invocations.Keys)
        {
            Cancel(id);
        }
    }

    /// <summary>Asks the worker to stop itself within a time.</summary>
    public void Terminate(TimeSpan grace) =>
        Send(new() { WorkerTerminate = new() { GracePeriod = Duration.FromTimeSpan(grace) } });

    /// <summary>Takes the worker's log lines, first those that came before anybody asked.</summary>
    public void ReadLog(Action<RpcLog> log)
    {
        _log = log;
        for (var early = Interlocked.Exchange(ref _early, null); early is not null && early.TryDequeue(out var line);)
        {
            log(line);
        }
    }

    /// <summary>Carries messages both ways until the stream ends or is cancelled.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming, IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellationToken)
    {
        var writing = WriteAsync(outgoing, cancellationToken);
        try
        {
            while (await incoming.MoveNext(cancellationToken))
            {
                Take(incoming.Current);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException or Grpc.Core.RpcException or InvalidOperationException)
        {
            // The worker was killed or this host stops; what waits is told below.
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

    private void Take(StreamingMessage message)
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
                if (_questions.TryRemove(message.RequestId, out var question))
                {
                    question.TrySetResult(message);
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

    private async Task<StreamingMessage> AskAsync(StreamingMessage message, CancellationToken cancellationToken)
    {
        message.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _questions[message.RequestId] = answer;
        Send(message);
        if (Ended.IsCompleted)
        {
            throw Gone();
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
        catch (Exception gone) when (gone is IOException or OperationCanceledException or Grpc.Core.RpcException or InvalidOperationException)
        {
            // The reading side notices the same and ends the conversation.
        }
    }

    private void End()
    {
        _outgoing.Writer.TryComplete();
        _ended.TrySetResult();
        foreach (var id in _questions.Keys)
        {
            if (_questions.TryRemove(id, out var question))
            {
                question.TrySetException(Gone());
            }
        }

        foreach (var id in _invocations.Keys)
        {
            if (_invocations.TryRemove(id, out var invocation))
            {
                invocation.TrySetException(Gone());
            }
        }
    }

    private static WorkerFailureException Gone() => new("The worker ended.");

    private static void ThrowIfFailed(StatusResult? result, string what)
    {
        // An unset status reads as failure, so only what carries an exception is one.
        if (result is { Status: StatusResult.Types.Status.Failure, Exception: { } failure })
        {
            throw new WorkerFailureException($"{what}: {failure.Message}");
        }
    }
}
