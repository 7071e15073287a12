using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>MealMe, or Satsuma: real prices, fees and tax of a shop nearby; a confirmation places the order.</summary>
internal sealed class MealMeGateway(
    MealMeQuotes quotes, MealMePlacing placing, IOptionsMonitor<MealMeOptions> access, TimeProvider clock) : IProviderGateway
{
    /// <summary>The vendor's own sample address, for a probe that orders nothing.</summary>
    private static readonly DeliveryAddress Somewhere = new("San Francisco", "94107", "US", "CA", "188 King Street");

    public ProviderId Id => ProviderId.MealMe;

    public ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Placed);

    public Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        access.CurrentValue.HasCredentials
            ? quotes.QuoteAsync(request, config, cancellationToken)
            : Task.FromResult<QuoteOutcome>(new QuoteOutcome.Failed(ProviderFailure.MissingCredentials(Id)));

    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        HealthProbe.RunAsync(
            Id,
            access.CurrentValue.HasCredentials,
            token => quotes.ProbeAsync(Somewhere, CallBudget.Of(config, clock), token),
            clock,
            cancellationToken);

    public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        placing.PlaceAsync(request, config, cancellationToken);

    public Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        placing.FindAsync(request, config, cancellationToken);

    /// <summary>Only the vendor's support cancels.</summary>
    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(new CancelOutcome.NotSupported());
}
