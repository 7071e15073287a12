using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Commerce.Providers;

/// <summary>
/// Decides between the real provider and its mock: the mock switch first; then the real one; after its failure the mock only
/// where a setting allows it. Without credentials a local run gets invented prices, every other environment an error, so
/// that a lost secret never sells at invented prices.
/// </summary>
internal sealed class ModalGateway(
    IProviderGateway? live,
    MockGateway mock,
    IOptionsMonitor<RuntimeOptions> runtime,
    ILogger<ModalGateway> logger) : IProviderGateway
{
    public const string MockWarning = "Prices are invented (mock mode)";

    public ProviderId Id => mock.Id;

    public ProviderCapabilities Capabilities => live?.Capabilities ?? mock.Capabilities;

    public async Task<QuoteOutcome> QuoteAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        if (config.Mock)
        {
            return await mock.QuoteAsync(request, config, cancellationToken);
        }

        var outcome = await QuoteLiveAsync(request, config, cancellationToken);
        if (outcome is not QuoteOutcome.Failed { Failure: var failure } || !MayInvent(config, failure))
        {
            return outcome;
        }

        CommerceLog.ProviderFallback(logger, Id.ToWire(), failure.Code, "mock");
        return await mock.QuoteAsync(request, config, cancellationToken);
    }

    public async Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken)
    {
        if (config.Mock)
        {
            return await mock.CheckHealthAsync(config, cancellationToken);
        }

        return live is null
            ? new ProviderHealth(false, 0, ProviderMode.Real, ProviderFailure.MissingCredentials(Id).Message)
            : await live.CheckHealthAsync(config, cancellationToken);
    }

    /// <summary>An invented quote is confirmed by the mock alone and a real one by the provider alone, whatever the switch says by then.</summary>
    public Task<ConfirmOutcome> ConfirmAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        For(request.Quote) is { } gateway
            ? gateway.ConfirmAsync(request, config, cancellationToken)
            : Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.Failed(ProviderFailure.MissingCredentials(Id), true));

    public Task<LookupOutcome> FindOrderAsync(
        ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        For(request.Quote) is { } gateway
            ? gateway.FindOrderAsync(request, config, cancellationToken)
            : Task.FromResult<LookupOutcome>(new LookupOutcome.Unknown(ProviderFailure.MissingCredentials(Id).Message));

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        (live is null || MockGateway.IsMockOrder(request.ProviderOrderId) ? mock : live)
            .CancelAsync(request, config, cancellationToken);

    private IProviderGateway? For(ProviderQuote quote) => quote.Pricing == PricingMode.Mock ? mock : live;

    private Task<QuoteOutcome> QuoteLiveAsync(
        QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        live is null
            ? Task.FromResult<QuoteOutcome>(new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id)))
            : live.QuoteAsync(request, config, cancellationToken);

    private bool MayInvent(ProviderConfig config, ProviderFailure failure) =>
        config.AllowMockFallback
        || (failure.Code == ProviderFailureCodes.MissingCredentials && runtime.CurrentValue.IsLocal);
}
