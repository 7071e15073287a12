namespace Smplat.Core.Commerce.Confirmation;

/// <summary>Permanent codes of answers to confirm and cancel; they come in a 200 envelope.</summary>
internal static class ConfirmCodes
{
    public const string OrderFailed = "ORDER_FAILED";
    /// <summary>Some parts of a divided order stand, and the answer lists them; the others were not ordered.</summary>
    public const string PartiallyConfirmed = "PARTIALLY_CONFIRMED";

    public const string TokenNotFound = "TOKEN_NOT_FOUND";
    public const string TokenExpired = "TOKEN_EXPIRED";
    public const string TokenAlreadyUsed = "TOKEN_ALREADY_USED";
    public const string TokenCancelled = "TOKEN_CANCELLED";
    public const string UserMismatch = "USER_MISMATCH";
    public const string PriceChanged = "PRICE_CHANGED";
    public const string InProgress = "CONFIRMATION_IN_PROGRESS";
    public const string AlreadyConfirmed = "ALREADY_CONFIRMED";
    public const string KeyReused = "IDEMPOTENCY_KEY_REUSED";
}
