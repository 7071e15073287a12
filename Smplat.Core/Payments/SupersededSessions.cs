using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Core.Payments;

/// <summary>
/// Closes checkout sessions in which an order must no longer be paid, because a newer one was created, the order is paid, or
/// it is canceled. Otherwise a customer with two open tabs could pay twice.
/// </summary>
public sealed class SupersededSessions(
    PaymentStore payments,
    IStripeGateway stripe,
    IOptionsMonitor<PaymentsOptions> options,
    TimeProvider clock,
    ILogger<SupersededSessions> logger)
{
    private const int PageSize = 50;

    /// <summary>After this many failures in a row the provider is assumed to be down.</summary>
    private const int MaxFailuresInRow = 3;

    /// <summary>The provider ends a session after 24 hours.</summary>
    private static readonly TimeSpan SessionLifetime = TimeSpan.FromHours(25);

    /// <summary>How long a customer or a webhook waits for it.</summary>
    private static readonly TimeSpan InlineTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Closes those of one order right away. Failures never reach the caller; the job tries again.</summary>
    public async Task TryCloseAsync(Guid orderId, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(InlineTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await CloseAsync(orderId, either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            PaymentsLog.SessionsLeftOpen(logger, orderId, exception);
        }
    }

    /// <param name="orderId">Null closes those of all orders.</param>
    public async Task<(int Closed, int Failed)> CloseAsync(Guid? orderId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(options.CurrentValue.SecretKey))
        {
            return (0, 0);
        }

        var (closed, failed, inRow) = (0, 0, 0);
        foreach (var session in await payments.ListSupersededAsync(orderId, clock.GetUtcNow() - SessionLifetime, PageSize, cancellationToken))
        {
            switch (await stripe.EndSessionAsync(session.SessionId, cancellationToken))
            {
                case SessionEnd.Ended:
                    await payments.CloseSessionAsync(session.PaymentId, clock.GetUtcNow(), cancellationToken);
                    PaymentsLog.SessionClosed(logger, session.PaymentId, session.OrderId);
                    closed++;
                    inRow = 0;
                    break;
                case SessionEnd.Failed problem:
                    PaymentsLog.SessionNotClosed(logger, session.PaymentId, session.OrderId, problem.Reason);
                    failed++;
                    inRow++;
                    break;
            }

            if (inRow == MaxFailuresInRow)
            {
                break;
            }
        }

        return (closed, failed);
    }
}

/// <summary>Closes the sessions that could not be closed right away.</summary>
public sealed class SupersededSessionsJob(SupersededSessions sessions) : IJob
{
    public const string Id = "payment-pages-superseded";

    public JobDefinition Definition { get; } = new(
        Id, "Closes checkout sessions of orders that have a newer one, are paid or are canceled.");

    public bool IsEnabled => true;

    public TimeSpan Spacing => TimeSpan.FromSeconds(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var (closed, failed) = await sessions.CloseAsync(null, cancellationToken);
        return JobReport.Of(closed + failed > 0, ("closed", closed), ("failed", failed));
    }
}
