namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// One grocery provider. Implementations are stateless towards the caller and safe for concurrent use. What a provider can
/// be expected to answer is a value (<see cref="QuoteOutcome"/> and friends); <see cref="ProviderFailureException"/> may be
/// thrown from deep inside and means the same as the failed outcome. Anything else that is thrown is treated as
/// <see cref="ProviderFailureCodes.Unavailable"/> and costs only this provider's quote. Caching and resilience wrap a
/// gateway from outside.
/// </summary>
public interface IProviderGateway
{
    ProviderId Id { get; }

    ProviderCapabilities Capabilities { get; }

    /// <summary>Prices a basket. The token carries the provider's timeout; sockets are released when it fires.</summary>
    Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>A cheap real call that proves that the credentials work.</summary>
    Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>Places the order or hands the shopper over. Safe to repeat with the same idempotency key.</summary>
    Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>Tells what became of a confirmation whose answer was lost.</summary>
    Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken);

    /// <summary>Cancels a placed order where <see cref="ProviderCapabilities.SupportsCancel"/> says so.</summary>
    Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken);
}
