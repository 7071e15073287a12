using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.MealMe;

/// <summary>Fields that the delivery calls have in common.</summary>
internal static class DeliveryFields
{
    private static readonly string[] Modes = ["groceries", "restaurants"];

    public static GeoPoint Place(Fields fields) => new(
        (double)fields.RequiredNumber("latitude", -90, 90), (double)fields.RequiredNumber("longitude", -180, 180));

    /// <summary>The vendor's word for the mode; groceries when none is given.</summary>
    public static string Kind(Fields fields)
    {
        var mode = fields.Label("mode", Modes);
        fields.Describe("mode", "groceries when left out");
        return mode == "restaurants" ? "restaurant" : "grocery";
    }

    /// <summary>What is to be bought. The vendor searches by words, so there must be one.</summary>
    public static string Name(Fields fields)
    {
        var name = fields.RequiredText("name", max: 200, isFilled: true);
        fields.Describe("name", "With a letter or digit in it: the vendor searches by words");
        if (!string.IsNullOrWhiteSpace(name) && !name.Any(char.IsLetterOrDigit))
        {
            fields.Error("name", "A letter or digit is expected.", "string_blank");
        }

        return name;
    }

    /// <summary>An address, for vendors that quote a delivery only with one.</summary>
    public static DeliveryAddress? Address(Fields fields)
    {
        if (fields.Nested("address") is not { } address)
        {
            return null;
        }

        address.Called(nameof(DeliveryAddress));
        return new DeliveryAddress(
            address.RequiredText("city", max: 100, isFilled: true),
            address.RequiredText("postal_code", max: 20, also: "postalCode", isFilled: true),
            Country(address),
            Optional(address.Text("state", max: 10)),
            Optional(address.Text("street", max: 200)));
    }

    /// <summary>Blank means left out, also to the vendor.</summary>
    public static string? Optional(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static string Country(Fields address)
    {
        var country = address.Text("country", 2, 2)?.ToUpperInvariant() ?? "US";
        address.Describe("country", "ISO 3166 alpha-2; US when left out", pattern: "^[A-Za-z]{2}$");
        if (country.Length == 2 && !country.All(char.IsAsciiLetterUpper))
        {
            address.Error("country", "Two letters of ISO 3166 are expected.");
        }

        return country;
    }
}
