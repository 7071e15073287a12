namespace Smplat.Functions.Commerce.MealMe;

/// <param name="Country">ISO 3166 alpha-2, US when absent.</param>
public sealed record DeliveryAddressBody(string? Street, string City, string? State, string PostalCode, string? Country);
