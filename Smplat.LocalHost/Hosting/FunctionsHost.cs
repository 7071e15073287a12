using System.Threading.Channels;

namespace Smplat.LocalHost.Hosting;

/// <summary>
/// An Azure Functions host for one app with one isolated worker: it starts the worker, reads its functions, forwards HTTP to
/// it and fires its timers. A worker that exits is restarted up to three times a minute; requests wait meanwhile. On a stop,
/// requests and timer runs finish before the worker is asked to stop.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private const int Restarts = 3;
    private static readonly TimeSpan RestartWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastGrace = TimeSpan.FromSeconds(2);

    private readonly FunctionsHostOptions _options;
    private readonly RpcServer _server;
    private readonly HttpFrontend _front;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _workerLost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _replaceRequests = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lazy<Task> _stop;
    private TaskCompletionSource<WorkerSession> _current = NewCurrent();
    private TimerHost? _timers;
    private Task _supervising = Task.CompletedTask;

    private FunctionsHost(FunctionsHostOptions options, RpcServer server)
    {
        (_options, _server) = (options, server);
        _stop = new(StopOnceAsync);
        _front = new HttpFrontend(options, cancellationToken => Volatile.Read(ref _current).Task.WaitAsync(cancellationToken));
    }

    /// <summary>The address of the HTTP functions.</summary>
    public Uri Address => _front.Address;

    /// <summary>The functions of the current worker; while it is being replaced, those of the last one.</summary>
    public FunctionCatalog Functions { get; private set; } = null!;

    /// <summary>The timers with their schedules; empty when timers are off.</summary>
    public IReadOnlyList<TimerPlan> Timers => _timers?.Plans ?? [];

    /// <summary>Completes when the worker keeps exiting and is no longer restarted.</summary>
    public Task WorkerLost => _workerLost.Task;

    /// <summary>Starts the worker, then HTTP, then the timers.</summary>
    /// <exception cref="LocalStartException">The start failed; the message says what and why.</exception>
    public static async Task<FunctionsHost> StartAsync(FunctionsHostOptions options, CancellationToken cancellationToken)
    {
        var server = options.RpcServer ?? await RpcServer.StartAsync(cancellationToken);
        var host = new FunctionsHost(options, server);
        try
        {
            var session = await WorkerSession.StartAsync(options, server, cancellationToken);
            host.Publish(session);
            foreach (var warning in RouteOverlap.Warnings(session.Catalog.All))
            {
                options.Log.Warning(warning);
            }

            await host._front.StartAsync(cancellationToken);
            host.StartTimers(session);
            host._supervising = host.SuperviseAsync(session);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Replaces the worker with one that has the current settings, as the platform does when an app setting changes. Running
    /// requests finish first. A call during a replacement causes one more replacement.
    /// </summary>
    public void ReplaceWorker() => _replaceRequests.Writer.TryWrite(true);

    /// <summary>Stops everything; returns when the worker has exited.</summary>
    public Task StopAsync() => _stop.Value;

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _front.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task StopOnceAsync()
    {
        await _stopping.CancelAsync();
        await _supervising;
        var session = _current.Task.IsCompletedSuccessfully ? await _current.Task : null;
        using var grace = new CancellationTokenSource(_options.StopGrace);
        await Task.WhenAll(StopTimersAsync(), StopFrontAsync(session, grace.Token));
        if (session is not null)
        {
            await session.StopAsync(_options.StopGrace + LastGrace);
            await session.DisposeAsync();
        }

        if (_options.RpcServer is null)
        {
            await _server.DisposeAsync();
        }
    }

    private static TaskCompletionSource<WorkerSession> NewCurrent() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Publish(WorkerSession session)
    {
        Functions = session.Catalog;
        var hidesHomePage = session.Settings.GetValueOrDefault("AzureWebJobsDisableHomepage") is { } text
            && (text == "1" || text.Equals("true", StringComparison.OrdinalIgnoreCase));
        _front.Serve(session.Catalog, !hidesHomePage);
        _current.TrySetResult(session);
    }

    private void StartTimers(WorkerSession session)
    {
        if (_options.TimerFolder is not null)
        {
            _timers = new TimerHost(_options, session);
            _timers.Start();
        }
    }

    private async Task StopTimersAsync()
    {
        if (Interlocked.Exchange(ref _timers, null) is { } timers)
        {
            await timers.StopAsync(_options.StopGrace + LastGrace);
            timers.Dispose();
        }
    }

    /// <summary>Requests and timer runs get the grace time, are then cancelled, and get a moment to react.</summary>
    private async Task StopFrontAsync(WorkerSession? session, CancellationToken grace)
    {
        using var end = new CancellationTokenSource();
        await using var cancelling = grace.Register(() =>
        {
            session?.CancelAll();
            end.CancelAfter(LastGrace);
        });
        try
        {
            await _front.StopAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            _options.Log.Warning("Requests were still running when the stop timeout expired.");
        }

        if (session is not null)
        {
            await session.DrainAsync(end.Token);
        }
    }

    private async Task SuperviseAsync(WorkerSession session)
    {
        var exits = new Queue<DateTimeOffset>();
        while (await NextEventAsync(session) is { } what)
        {
            var next = what == WorkerEvent.ReplaceRequested ? await ReplaceAsync(session) : await RestartAsync(session, exits);
            if (next is null)
            {
                return;
            }

            session = next;
        }
    }

    /// <summary>Waits for what happens to the worker next; null when the host stops.</summary>
    private async Task<WorkerEvent?> NextEventAsync(WorkerSession session)
    {
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var requested = _replaceRequests.Reader.WaitToReadAsync(settled.Token).AsTask();
        var what = await Task.WhenAny(session.Ended, session.Stuck, requested);
        await settled.CancelAsync();
        return _stopping.IsCancellationRequested ? null : what == requested ? WorkerEvent.ReplaceRequested : WorkerEvent.Ended;
    }

    /// <summary>
    /// Starts the next worker while this one keeps running, then hands over, so that no request waits. If the next one fails to
    /// start, this one keeps running.
    /// </summary>
    private async Task<WorkerSession?> ReplaceAsync(WorkerSession session)
    {
        WorkerSession next;
        _replaceRequests.Reader.TryRead(out _);
        try
        {
            next = await WorkerSession.StartAsync(_options, _server, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _options.Log.Error($"{failure.Message}{Environment.NewLine}The worker keeps running with its previous settings.");
            return session;
        }

        await StopTimersAsync();
        _current = NewCurrent();
        Publish(next);
        StartTimers(next);
        _options.Log.Information("A worker with the new settings has taken over.");
        using var grace = new CancellationTokenSource(_options.StopGrace);
        await session.DrainAsync(grace.Token);
        session.CancelAll();
        await session.StopAsync(_options.StopGrace);
        await session.DisposeAsync();
        return next;
    }

    /// <summary>Reports a worker that exited or hangs, removes it and starts another; null when it is no longer restarted.</summary>
    private async Task<WorkerSession?> RestartAsync(WorkerSession session, Queue<DateTimeOffset> exits)
    {
        _current = NewCurrent();
        if (session.Stuck.IsCompletedSuccessfully)
        {
            _options.Log.Error($"Replacing the worker: {await session.Stuck} did not end.");
        }
        else
        {
            _options.Log.Error($"The worker exited unexpectedly: {await session.DescribeEndAsync()}".TrimEnd());
        }

        await session.DisposeAsync();
        await StopTimersAsync();
        while (MayRestart(exits))
        {
            try
            {
                var next = await WorkerSession.StartAsync(_options, _server, _stopping.Token);
                Publish(next);
                StartTimers(next);
                _options.Log.Information("The worker is running again.");
                return next;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return null;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                _options.Log.Error(failure.Message);
            }
        }

        _options.Log.Error($"The worker exited more than {Restarts} times within {RestartWindow.TotalMinutes:0} minute and will not be restarted.");
        _current.TrySetException(new LocalStartException("The worker has exited."));
        _workerLost.TrySetResult();
        return null;
    }

    private static bool MayRestart(Queue<DateTimeOffset> exits)
    {
        var now = TimeProvider.System.GetUtcNow();
        exits.Enqueue(now);
        while (exits.Count > 0 && now - exits.Peek() > RestartWindow)
        {
            exits.Dequeue();
        }

        return exits.Count <= Restarts;
    }

    private enum WorkerEvent
    {
        Ended,
        ReplaceRequested,
    }
}
