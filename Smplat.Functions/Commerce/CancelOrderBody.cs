namespace Smplat.Functions.Commerce;

/// <summary>Body of a cancellation, for the API document; snake_case names are read as well.</summary>
/// <param name="OrderId">Instead of the token, once the order is confirmed.</param>
public sealed record CancelOrderBody(string? ConfirmationToken, string? OrderId, string UserId, string? Reason)
{
    public const string Example =
        """{"confirmationToken":"conf_1772442000000_AAAAAAAAAAAAAAAAAAAAAA","userId":"user-1"}""";
}
