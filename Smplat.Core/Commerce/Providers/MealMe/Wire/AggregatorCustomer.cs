namespace Smplat.Core.Commerce.Providers.MealMe.Wire;

/// <summary>Whom the vendor delivers to and writes to.</summary>
public sealed record AggregatorCustomer(string UserId, string Name, string Email, string Phone, string? PaymentMethodId, int TipCents)
{
    public static AggregatorCustomer Of(MealMeOptions options, string userId, string? paymentMethodId = null) =>
        new(userId, options.ContactName, options.ContactEmail, options.ContactPhone, paymentMethodId, options.TipCents);

    public override string ToString() => $"AggregatorCustomer {UserId}";
}
