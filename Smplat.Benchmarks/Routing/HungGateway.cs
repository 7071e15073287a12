using Microsoft.Extensions.Options;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Settings;

namespace Smplat.Benchmarks.Routing;

/// <summary>A provider that never answers and ignores cancellation.</summary>
internal sealed class HungGateway(ProviderId id) : IProviderGateway
{
    public ProviderId Id => id;

    public ProviderCapabilities Capabilities => new(PricingMode.Live, ConfirmMode.Placed);

    public Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<QuoteOutcome>().Task;

    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<ProviderHealth>().Task;

    public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<ConfirmOutcome>().Task;

    public Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<LookupOutcome>().Task;

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        new TaskCompletionSource<CancelOutcome>().Task;
}

/// <summary>Runtime settings that do not change.</summary>
internal sealed class FixedRuntime : IOptionsMonitor<RuntimeOptions>
{
    public RuntimeOptions CurrentValue { get; } = new();

    public RuntimeOptions Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<RuntimeOptions, string?> listener) => null;
}
