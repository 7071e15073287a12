namespace Smplat.Core.Commerce.Providers;

/// <summary>A provider's answer to a basket.</summary>
public abstract record QuoteOutcome
{
    private QuoteOutcome()
    {
    }

    public sealed record Quoted(ProviderQuote Quote) : QuoteOutcome;

    public sealed record Failed(ProviderFailure Failure) : QuoteOutcome;
}
