using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>What came of asking one provider: a usable quote or a failure.</summary>
public sealed record ProviderAttempt(ProviderConfig Config, ProviderQuote? Quote, ProviderFailure? Failure, int LatencyMs)
{
    public bool IsViable => Quote is not null;
}
