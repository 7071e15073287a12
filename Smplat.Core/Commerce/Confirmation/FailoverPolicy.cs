using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Confirmation;

/// <summary>
/// Whether another provider may be tried after a failure: only when nothing can have been placed, only for passing faults,
/// never after a payment or address was refused. An unknown code is final.
/// </summary>
internal static class FailoverPolicy
{
    public static bool MayTryAnother(ProviderFailure failure, bool provablyNothingPlaced) =>
        provablyNothingPlaced && failure.Retryable && IsPassing(failure.Code);

    private static bool IsPassing(string code) => code switch
    {
        ProviderFailureCodes.Timeout or ProviderFailureCodes.Unavailable or ProviderFailureCodes.CircuitOpen => true,
        ProviderFailureCodes.PaymentDeclined or ProviderFailureCodes.InvalidAddress => false,
        "HTTP_408" or "HTTP_429" => true,
        _ => code.Length == 8 && code.StartsWith("HTTP_5", StringComparison.Ordinal),
    };
}
