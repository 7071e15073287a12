using Smplat.Core.Commerce.Providers;

namespace Smplat.Tests.Commerce.Support;

/// <summary>A vendor under a test's control.</summary>
public sealed class FakeGateway(ProviderId id) : IProviderGateway
{
    private int _quotes;
    private int _confirms;

    public ProviderId Id => id;

    public ProviderCapabilities Capabilities { get; set; } = new(PricingMode.Live, ConfirmMode.Placed);

    /// <summary>How a basket is answered; a plain live quote unless set.</summary>
    public Func<QuoteRequest, ProviderConfig, CancellationToken, Task<QuoteOutcome>> OnQuote { get; set; } =
        (request, config, _) => Task.FromResult<QuoteOutcome>(new QuoteOutcome.Quoted(Quotes.For(config, request)));

    public Func<ConfirmRequest, CancellationToken, Task<ConfirmOutcome>> OnConfirm { get; set; } =
        (request, _) => Task.FromResult<ConfirmOutcome>(new ConfirmOutcome.Placed($"live-{request.IdempotencyKey}", null, null));

    public Func<ConfirmRequest, LookupOutcome> OnFind { get; set; } = _ => new LookupOutcome.NotFound();

    public ProviderHealth Health { get; set; } = new(true, 3, ProviderMode.Real);

    public int QuoteCount => Volatile.Read(ref _quotes);

    public int ConfirmCount => Volatile.Read(ref _confirms);

    public ConfirmRequest? LastConfirm { get; private set; }

    public Task<QuoteOutcome> QuoteAsync(QuoteRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _quotes);
        return OnQuote(request, config, cancellationToken);
    }

    public Task<ProviderHealth> CheckHealthAsync(ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult(Health);

    public Task<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _confirms);
        LastConfirm = request;
        return OnConfirm(request, cancellationToken);
    }

    public Task<LookupOutcome> FindOrderAsync(ConfirmRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult(OnFind(request));

    public Task<CancelOutcome> CancelAsync(CancelRequest request, ProviderConfig config, CancellationToken cancellationToken) =>
        Task.FromResult<CancelOutcome>(
            Capabilities.SupportsCancel ? new CancelOutcome.Cancelled(null) : new CancelOutcome.NotSupported());

    /// <summary>Never answers and ignores cancellation.</summary>
    public FakeGateway Hang()
    {
        OnQuote = (_, _, _) => new TaskCompletionSource<QuoteOutcome>().Task;
        return this;
    }

    public FakeGateway Fail(ProviderFailure failure)
    {
        OnQuote = (_, _, _) => Task.FromResult<QuoteOutcome>(new QuoteOutcome.Failed(failure));
        return this;
    }

    /// <summary>Charges this unit price for every item.</summary>
    public FakeGateway At(long unitCents, long feeCents = 0, int etaMinutes = 60)
    {
        OnQuote = (request, config, _) =>
            Task.FromResult<QuoteOutcome>(new QuoteOutcome.Quoted(Quotes.For(config, request, unitCents, feeCents, etaMinutes)));
        return this;
    }
}
