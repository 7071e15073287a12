namespace Smplat.Functions.Commerce.MealMe;

/// <param name="Ingredients">Lines of a recipe, such as <c>2 cups flour</c>.</param>
/// <param name="Mode"><c>groceries</c> (default) or <c>restaurants</c>.</param>
/// <param name="Address">Where to deliver; needed where the vendor quotes a delivery only for an address.</param>
public sealed record PlaceDeliveryOrderBody(
    string ChatgptUserId,
    decimal Latitude,
    decimal Longitude,
    IReadOnlyList<string> Ingredients,
    string? Mode,
    DeliveryAddressBody? Address)
{
    public const string Example =
        """
        {"chatgpt_user_id":"user-1","latitude":37.7786,"longitude":-122.3918,"ingredients":["2 cups flour","3 eggs"]}
        """;
}
