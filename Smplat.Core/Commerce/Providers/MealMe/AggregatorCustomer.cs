namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Whom the vendor delivers to and writes to.</summary>
/// <param name="Instructions">For the courier, where the dialect carries them.</param>
public sealed record AggregatorCustomer(
    string UserId, string Name, string Email, string Phone, string? PaymentMethodId, int TipCents, string? Instructions = null)
{
    /// <summary>For a quote, which nobody is called about.</summary>
    public static AggregatorCustomer Of(MealMeOptions options, string userId) =>
        new(userId, options.ContactName, options.ContactEmail, options.ContactPhone, null, options.TipCents);

    /// <summary>For an order: the shopper himself as far as he is known, else whom the settings name.</summary>
    public static AggregatorCustomer Of(MealMeOptions options, ConfirmRequest request) =>
        new(
            request.Basket.User?.MealMeUserId ?? request.UserId ?? request.SessionId.ToString("N"),
            request.Contact?.Name ?? options.ContactName,
            request.Contact?.Email ?? options.ContactEmail,
            request.Contact?.Phone ?? options.ContactPhone,
            request.Payment?.Token,
            options.TipCents,
            request.Basket.SpecialInstructions);

    public override string ToString() => $"AggregatorCustomer {UserId}";
}
