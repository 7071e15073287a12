using System.Text.Json.Serialization;

namespace Smplat.Core.Commerce.Providers.Instacart;

public sealed record InstacartMeasurement(decimal Quantity, string Unit);

public sealed record InstacartLineItem(
    string Name, string DisplayText, IReadOnlyList<InstacartMeasurement> LineItemMeasurements);

public sealed record InstacartShoppingList(
    string Title, string LinkType, int ExpiresIn, IReadOnlyList<InstacartLineItem> LineItems);

public sealed record InstacartIngredient(string Name, string DisplayText, IReadOnlyList<InstacartMeasurement> Measurements);

public sealed record InstacartRecipe(
    string Title, int? Servings, int ExpiresIn, IReadOnlyList<string>? Instructions, IReadOnlyList<InstacartIngredient> Ingredients);

public sealed record InstacartLink(string? ProductsLinkUrl);

public sealed record InstacartRetailers(IReadOnlyList<InstacartRetailer>? Retailers);

/// <summary>Older revisions of the API say id, newer ones retailer_key.</summary>
public sealed record InstacartRetailer(string? RetailerKey, string? Id, string? Name, string? RetailerLogoUrl);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(InstacartShoppingList))]
[JsonSerializable(typeof(InstacartRecipe))]
[JsonSerializable(typeof(InstacartLink))]
[JsonSerializable(typeof(InstacartRetailers))]
internal sealed partial class InstacartJson : JsonSerializerContext;
