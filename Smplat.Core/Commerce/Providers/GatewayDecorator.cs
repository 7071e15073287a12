namespace Smplat.Core.Commerce.Providers;

/// <summary>Passes everything on; decorators override what they care about.</summary>
internal abstract class GatewayDecorator(IProviderGateway inner) : IProviderGateway
{
    public ProviderId Id => inner.Id;

    public ProviderCapabilities Capabilities => inner.Capabilities;

    protected IProviderGateway Inner => inner;

    public virtual Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.QuoteAsync(request, config, cancellationToken);

    public virtual Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        inner.CheckHealthAsync(config, cancellationToken);

    public Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.ConfirmAsync(request, config, cancellationToken);

    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.FindOrderAsync(request, config, cancellationToken);

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        inner.CancelAsync(request, config, cancellationToken);
}
