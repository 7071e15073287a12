using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Reads a delivery address; a postal code may also be called zip.</summary>
internal static partial class AddressReader
{
    private const int LongestStreet = 200;
    private const int LongestCity = 100;
    private const int LongestState = 64;
    private const int LongestPostalCode = 16;

    /// <summary>What <see cref="Read"/> takes; the rules for addresses in the United States are narrower.</summary>
    public static InputShape Shape { get; } = InputShape.ObjectOf(
        "RouteOrderAddress",
        new("street", InputShape.Text(max: LongestStreet)),
        new("city", InputShape.Text(1, LongestCity)) { IsRequired = true, IsNullable = false },
        new("state", InputShape.Text(max: LongestState)) { Description = "Two letters in the United States" },
        new("postalCode", InputShape.Text(1, LongestPostalCode))
        {
            IsRequired = true,
            IsNullable = false,
            Also = ["zip", "postal_code"],
            Description = "Five digits, or five and four, in the United States",
        },
        new("country", InputShape.Text(pattern: "^[A-Za-z]{2}$")) { Description = "ISO 3166 alpha-2; US when left out" });

    public static (DeliveryAddress? Address, CommerceRefusal? Refusal) Read(JsonElement? given)
    {
        if (given is not { ValueKind: JsonValueKind.Object } address)
        {
            return Refuse("required, with city and postalCode.");
        }

        if (address.Field("city")?.Text() is not { Length: >= 1 and <= LongestCity } city)
        {
            return Refuse($"city: 1 to {LongestCity} characters.");
        }

        var country = address.Field("country") is { } givenCountry ? givenCountry.Text()?.ToUpperInvariant() : "US";
        if (country is null || !CountryCode().IsMatch(country))
        {
            return Refuse("country: two letters of ISO 3166.");
        }

        var isUs = country == "US";
        if (address.Field("postalCode", "zip", "postal_code")?.Text() is not { Length: >= 1 and <= LongestPostalCode } postalCode
            || (isUs && !UsPostalCode().IsMatch(postalCode)))
        {
            return Refuse(isUs ? "postalCode: text of five digits, or five and four." : $"postalCode: text of 1 to {LongestPostalCode} characters.");
        }

        var state = address.Field("state") is { } givenState ? givenState.Text() ?? "?" : null;
        if (state is { Length: 0 })
        {
            state = null;
        }

        if (state is not null && (isUs ? !UsState().IsMatch(state) : state.Length > LongestState || state == "?"))
        {
            return Refuse(isUs ? "state: two letters." : $"state: at most {LongestState} characters.");
        }

        var givenStreet = address.Field("street");
        var street = givenStreet?.Text();
        return (givenStreet is not null && street is null) || street is { Length: > LongestStreet }
            ? Refuse($"street: text of at most {LongestStreet} characters.")
            : (new DeliveryAddress(city, postalCode, country, isUs ? state?.ToUpperInvariant() : state, string.IsNullOrEmpty(street) ? null : street), null);
    }

    private static (DeliveryAddress?, CommerceRefusal) Refuse(string problem) =>
        (null, CommerceRefusal.InvalidAddress($"shippingAddress: {problem}"));

    [GeneratedRegex("^[A-Z]{2}$", RegexOptions.CultureInvariant)]
    private static partial Regex CountryCode();

    [GeneratedRegex(@"^[0-9]{5}(-[0-9]{4})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex UsPostalCode();

    [GeneratedRegex(@"^[A-Za-z]{2}\z", RegexOptions.CultureInvariant)]
    private static partial Regex UsState();
}
