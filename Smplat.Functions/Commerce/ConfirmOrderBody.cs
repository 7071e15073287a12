namespace Smplat.Functions.Commerce;

/// <summary>Body of a confirmation, for the API document; snake_case names are read as well.</summary>
public sealed record ConfirmOrderBody(string ConfirmationToken, string UserId, ConfirmOrderBody.Payment? PaymentMethod, ConfirmOrderBody.Person? Customer)
{
    public const string Example =
        """
        {"confirmationToken":"conf_1772442000000_AAAAAAAAAAAAAAAAAAAAAA","userId":"user-1","paymentMethod":{"type":"card","token":"pm_1"},"customer":{"name":"Ada Byron","email":"ada@example.com","phone":"+1 415 555 0100"}}
        """;

    /// <summary>Whom the courier may reach, for providers that take the order. Passed on, never stored.</summary>
    public sealed record Person(string? Name, string? Email, string? Phone);

    /// <param name="Type"><c>card</c>, <c>paypal</c>, <c>apple_pay</c> or <c>google_pay</c>.</param>
    public sealed record Payment(string Type, string Token);
}
