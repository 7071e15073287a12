namespace Smplat.Core.Commerce.Providers;

/// <summary>Permanent codes of provider failures, as logged and answered.</summary>
public static class ProviderFailureCodes
{
    public const string Timeout = "TIMEOUT";
    public const string Unavailable = "UNAVAILABLE";
    public const string HttpPrefix = "HTTP_";
    public const string AuthFailed = "AUTH_FAILED";
    public const string MissingCredentials = "MISSING_CREDENTIALS";
    public const string NoStores = "NO_STORES";
    public const string NoItemsMatched = "NO_ITEMS_MATCHED";
    public const string QuotaExhausted = "QUOTA_EXHAUSTED";
    public const string CircuitOpen = "CIRCUIT_OPEN";
    public const string BadAnswer = "BAD_ANSWER";

    /// <summary>Confirmation only: the payment was refused. Never tried at another provider.</summary>
    public const string PaymentDeclined = "PAYMENT_DECLINED";

    /// <summary>Confirmation only: the provider does not accept the address. Never tried at another provider.</summary>
    public const string InvalidAddress = "INVALID_ADDRESS";

    /// <summary>Whether the provider answered, only that it has nothing to offer: no sign that it is unwell.</summary>
    public static bool IsHonestRefusal(string code) => code is NoStores or NoItemsMatched;

    /// <summary>Whether the vendor refused our credentials; such failures raise the credential alert.</summary>
    public static bool IsCredentialProblem(string code) => code is AuthFailed or "HTTP_401" or "HTTP_403";
}
