using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers;

/// <summary>A normalised basket and where it goes. The same object is given to every provider.</summary>
/// <param name="CartHash">Hash of the lines with their ids, postal code and country, independent of routing preferences; the key of quote caches.</param>
public sealed record QuoteRequest(
    IReadOnlyList<RequestedItem> Items,
    DeliveryAddress Address,
    string CartHash,
    UserContext? User = null,
    DeliveryWindow? Window = null,
    string? SpecialInstructions = null)
{
    /// <summary>Asks the provider even when a recent quote is known, as a confirmation does.</summary>
    public bool Fresh { get; init; }
}

/// <summary>One line of the basket as the shopper wrote it.</summary>
/// <param name="Id">The caller's id, or derived from the name; unique in the basket.</param>
/// <param name="Unit">Unit as given, pcs when none was.</param>
/// <param name="PriceHintCents">The caller's idea of the unit price; never charged.</param>
/// <param name="Preferences">Free wishes such as brand or size.</param>
public sealed record RequestedItem(
    string Id,
    string Name,
    decimal Quantity,
    string Unit = RequestedItem.DefaultUnit,
    long? PriceHintCents = null,
    string? Category = null,
    IReadOnlyDictionary<string, string>? Preferences = null)
{
    public const string DefaultUnit = "pcs";
}

/// <summary>Where the basket goes. Country is ISO 3166 alpha-2.</summary>
public sealed record DeliveryAddress(
    string City,
    string PostalCode,
    string Country = "US",
    string? State = null,
    string? Street = null);

/// <summary>The shopper's accounts at the providers.</summary>
/// <param name="KrogerAccessToken">Short-lived shopper token of a linked Kroger account; never stored or logged.</param>
public sealed record UserContext(
    string? KrogerCustomerId = null,
    string? WalmartCustomerId = null,
    string? InstacartUserId = null,
    string? MealMeUserId = null,
    IReadOnlyList<string>? LoyaltyIds = null,
    [property: JsonIgnore] string? KrogerAccessToken = null);

/// <summary>When the shopper wants the delivery.</summary>
public sealed record DeliveryWindow(DateTimeOffset? Earliest, DateTimeOffset? Latest);
