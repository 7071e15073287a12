using System.Collections.Concurrent;
using System.Net;
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
