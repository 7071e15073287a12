namespace Smplat.Core.Commerce.Providers;

/// <summary>Carries a failure out of the depths of a vendor client; the gateway's caller treats it as the failed outcome.</summary>
public sealed class ProviderFailureException(ProviderFailure failure, Exception? inner = null)
    : Exception(failure.Message, inner)
{
    public ProviderFailure Failure { get; } = failure;
}
