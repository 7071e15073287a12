namespace Smplat.Core.Commerce.Providers;

/// <summary>What a failed quote says about the provider.</summary>
internal static class FailurePolicy
{
    /// <summary>
    /// Whether the failure shows that the provider is unwell. An honest answer (no store, nothing matched), our own
    /// credentials and our own quota say nothing about it.
    /// </summary>
    public static bool IsUnwell(ProviderFailure failure) =>
        failure.Code is ProviderFailureCodes.Timeout or ProviderFailureCodes.Unavailable or ProviderFailureCodes.BadAnswer
        || (failure.Code.StartsWith(ProviderFailureCodes.HttpPrefix, StringComparison.Ordinal) && failure.Retryable);
}
