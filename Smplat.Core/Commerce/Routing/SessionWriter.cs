using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Observability;

namespace Smplat.Core.Commerce.Routing;

/// <summary>
/// Commits routing sessions in groups, so that many answers share one commit. A session is committed before its answer is
/// given, or the answer is an outage.
/// </summary>
public sealed class SessionWriter : BackgroundService
{
    /// <summary>Decisions that may wait; beyond it callers are turned away at once instead of waiting in vain.</summary>
    public const int Capacity = 4096;

    private const int LargestGroup = 256;

    /// <summary>Longest wait of a caller, from handing over to committed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly GroupCommit<Waiting> _group;
    private readonly RoutingSessionStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    public SessionWriter(RoutingSessionStore store, TimeProvider clock, ILogger<SessionWriter> logger)
    {
        (_store, _clock, _logger) = (store, clock, logger);
        _group = new(
            new()
            {
                Commit = InsertAsync,
                Settle = Settle,
                Limits = static () => new(Capacity, LargestGroup),
                IsWanted = static waiting => !waiting.IsAbandoned,
            },
            clock);
    }

    /// <returns>True once the session is committed; false when it could not be in time.</returns>
    public async Task<bool> CommitAsync(RoutingSession session, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(session);
        if (!_group.TryAdd(waiting))
        {
            return false;
        }

        try
        {
            await waiting.Done.WaitAsync(Patience, _clock, cancellationToken);
            return waiting.Problem is null;
        }
        catch (TimeoutException)
        {
            waiting.Abandon();
            return false;
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _group.RunAsync(stoppingToken);

    private async Task InsertAsync(ArraySegment<Waiting> group, int attempt)
    {
        using var activity = StartActivity(group);
        try
        {
            await _store.InsertAsync([.. group.Select(static waiting => waiting.Session)], CancellationToken.None);
        }
        catch (Exception exception)
        {
            activity.Fail(exception);
            throw;
        }
    }

    /// <summary>The commit is a part of the first request's trace, and linked from it to the others that share it.</summary>
    private static Activity? StartActivity(ArraySegment<Waiting> group) => SmplatTelemetry.Activities.HasListeners()
        ? SmplatTelemetry.Activities.StartActivity(
            "commit routing sessions",
            ActivityKind.Internal,
            group[0].Cause,
            links: group.Skip(1).Select(static waiting => new ActivityLink(waiting.Cause)))
        : null;

    private void Settle(ArraySegment<Waiting> group, Exception? problem)
    {
        if (problem is not (null or OperationCanceledException))
        {
            CommerceLog.SessionsNotCommitted(_logger, group.Count, problem.GetType().Name, problem);
        }

        foreach (var waiting in group)
        {
            waiting.Settle(problem);
        }
    }

    private sealed class Waiting(RoutingSession session) : CommitTicket
    {
        public RoutingSession Session => session;

        /// <summary>The request's span.</summary>
        public ActivityContext Cause { get; } = Activity.Current?.Context ?? default;
    }
}
