using System.Threading.Channels;

namespace Smplat.LocalHost.Hosting;

/// <summary>
/// An Azure Functions host for one app and one isolated worker: it starts the worker, learns its functions, forwards HTTP
/// to it and fires its timers. A worker that ends by itself is started again, three times within a minute; requests that
/// come meanwhile wait. A stop lets requests and timer runs finish before the worker is asked to stop.
/// </summary>
public sealed class FunctionsHost : IAsyncDisposable
{
    private const int Restarts = 3;
    private static readonly TimeSpan RestartWindow = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastGrace = TimeSpan.FromSeconds(2);

    private readonly FunctionsHostOptions _options;
    private readonly RpcServer _server;
    private readonly HttpFront _front;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _replaceAsked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lazy<Task> _stop;
    private TaskCompletionSource<WorkerSession> _current = NewCurrent();
    private TimerHost? _timers;
    private Task _supervising = Task.CompletedTask;

    private FunctionsHost(FunctionsHostOptions options, RpcServer server)
    {
        (_options, _server) = (options, server);
        _stop = new(StopOnceAsync);
        _front = new HttpFront(options, cancellationToken => Volatile.Read(ref _current).Task.WaitAsync(cancellationToken));
    }

    /// <summary>Where HTTP functions are reached.</summary>
    public Uri Address => _front.Address;

    /// <summary>The functions of the worker that serves; those of the last one while it is being replaced.</summary>
    public FunctionCatalog Functions { get; private set; } = null!;

    /// <summary>The timers with their schedules; empty when none is run.</summary>
    public IReadOnlyList<TimerPlan> Timers => _timers?.Plans ?? [];

    /// <summary>Completes when the worker has ended more often than it is started again.</summary>
    public Task GivenUp => _givenUp.Task;

    /// <summary>Starts the worker, then HTTP, then the timers.</summary>
    /// <exception cref="LocalStartException">Something does not start; the message says what and why.</exception>
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
    /// Replaces the worker by one with the settings of now, as the platform does when an app setting is changed. What is
    /// under way finishes first. Asked again while one is being replaced, it replaces once more.
    /// </summary>
    public void ReplaceWorker() => _replaceAsked.Writer.TryWrite(true);

    /// <summary>Stops everything; returns when the worker has ended.</summary>
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

    /// <summary>Requests and timer runs get the grace time, are then cancelled, and get a moment to answer that.</summary>
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
            _options.Log.Warning("Requests were still running when the time to stop was over.");
        }

        if (session is not null)
        {
            await session.DrainAsync(end.Token);
        }
    }

    private async Task SuperviseAsync(WorkerSession session)
    {
        var deaths = new Queue<DateTimeOffset>();
        while (await NextEventAsync(session) is { } what)
        {
            var next = what == WorkerEvent.ReplaceAsked ? await ReplaceAsync(session) : await RestartAsync(session, deaths);
            if (next is null)
            {
                return;
            }

            session = next;
        }
    }

    /// <summary>What happens to the worker next; null when the host stops.</summary>
    private async Task<WorkerEvent?> NextEventAsync(WorkerSession session)
    {
        using var settled = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var asked = _replaceAsked.Reader.WaitToReadAsync(settled.Token).AsTask();
        var what = await Task.WhenAny(session.Ended, session.Stuck, asked);
        await settled.CancelAsync();
        return _stopping.IsCancellationRequested ? null : what == asked ? WorkerEvent.ReplaceAsked : WorkerEvent.Ended;
    }

    /// <summary>
    /// Starts the next worker beside this one and hands over to it: no request waits. One that does not start leaves this
    /// one in service.
    /// </summary>
    private async Task<WorkerSession?> ReplaceAsync(WorkerSession session)
    {
        WorkerSession next;
        _replaceAsked.Reader.TryRead(out _);
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
            _options.Log.Error($"{failure.Message}{Environment.NewLine}The worker with the settings of before stays in service.");
            return session;
        }

        await StopTimersAsync();
        _current = NewCurrent();
        Publish(next);
        StartTimers(next);
        _options.Log.Information("A worker with the new settings serves.");
        using var grace = new CancellationTokenSource(_options.StopGrace);
        await session.DrainAsync(grace.Token);
        session.CancelAll();
        await session.StopAsync(_options.StopGrace);
        await session.DisposeAsync();
        return next;
    }

    /// <summary>Reports a worker that ended or will not answer, clears it away and starts another; null when that is given up.</summary>
    private async Task<WorkerSession?> RestartAsync(WorkerSession session, Queue<DateTimeOffset> deaths)
    {
        _current = NewCurrent();
        if (session.Stuck.IsCompletedSuccessfully)
        {
            _options.Log.Error($"The worker is replaced: {await session.Stuck} does not end.");
        }
        else
        {
            _options.Log.Error($"The worker ended by itself: {await session.LastWordsAsync()}".TrimEnd());
        }

        await session.DisposeAsync();
        await StopTimersAsync();
        while (MayStartAgain(deaths))
        {
            try
            {
                var next = await WorkerSession.StartAsync(_options, _server, _stopping.Token);
                Publish(next);
                StartTimers(next);
                _options.Log.Information("The worker serves again.");
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

        _options.Log.Error($"The worker ended more than {Restarts} times within {RestartWindow.TotalMinutes:0} minute and is not started again.");
        _current.TrySetException(new LocalStartException("The worker has ended."));
        _givenUp.TrySetResult();
        return null;
    }

    private static bool MayStartAgain(Queue<DateTimeOffset> deaths)
    {
        var now = TimeProvider.System.GetUtcNow();
        deaths.Enqueue(now);
        while (deaths.Count > 0 && now - deaths.Peek() > RestartWindow)
        {
            deaths.Dequeue();
        }

        return deaths.Count <= Restarts;
    }

    private enum WorkerEvent
    {
        Ended,
        ReplaceAsked,
    }
}
