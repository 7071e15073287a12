using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Payments;

/// <summary>
/// Closes pages on which an order must no longer be paid: because a newer one was made, the order is paid, or it is canceled.
/// Without it a customer with two tabs pays twice.
/// </summary>
public sealed class SupersededPages(
    PaymentPageStore pages,
    IStripeGateway stripe,
    IOptionsMonitor<PaymentsOptions> options,
    TimeProvider clock,
    ILogger<SupersededPages> logger)
{
    private const int PageSize = 50;

    /// <summary>After so many failures in a row the provider is taken to be away.</summary>
    private const int Patience = 3;

    /// <summary>The provider ends a page after 24 hours.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromHours(25);

    /// <summary>How long the customer, or the provider's webhook, waits for it.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(3);

    /// <summary>Tries those of one order at once. Whatever goes wrong is left to the job and never to the caller.</summary>
    public async Task TryCloseAsync(Guid orderId, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(AtOnce, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await CloseAsync(orderId, either.Token);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            PaymentsLog.PagesLeftOpen(logger, orderId, exception);
        }
    }

    /// <param name="orderId">Null takes all orders.</param>
    public async Task<(int Closed, int Failed)> CloseAsync(Guid? orderId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(options.CurrentValue.SecretKey))
        {
            return (0, 0);
        }

        var (closed, failed, inRow) = (0, 0, 0);
        foreach (var page in await pages.ListSupersededAsync(orderId, clock.GetUtcNow() - Life, PageSize, cancellationToken))
        {
            switch (await stripe.EndSessionAsync(page.SessionId, cancellationToken))
            {
                case SessionEnd.Ended:
                    await pages.CloseAsync(page.PaymentId, clock.GetUtcNow(), cancellationToken);
                    PaymentsLog.PageClosed(logger, page.PaymentId, page.OrderId);
                    closed++;
                    inRow = 0;
                    break;
                case SessionEnd.Failed problem:
                    PaymentsLog.PageNotClosed(logger, page.PaymentId, page.OrderId, problem.Reason);
                    failed++;
                    inRow++;
                    break;
            }

            if (inRow == Patience)
            {
                break;
            }
        }

        return (closed, failed);
    }
}
