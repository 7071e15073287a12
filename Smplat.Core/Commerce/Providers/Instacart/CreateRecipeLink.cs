using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>A recipe for which the shopper gets a page with everything to buy.</summary>
public sealed record CreateRecipeLink(
    string Title, int? Servings, IReadOnlyList<string> Instructions, IReadOnlyList<RequestedItem> Ingredients)
{
    public static CreateRecipeLink Read(Fields fields)
    {
        var lines = fields.Texts("ingredients", 200, 200, minCount: 1);
        fields.Describe("ingredients", "Lines of a recipe, such as \"2 cups flour\"");
        var items = lines.Select(IngredientText.Read).OfType<RequestedItem>().ToArray();
        if (items.Length < lines.Count)
        {
            fields.Error("ingredients", "Each must have a name and, if any, a quantity above 0.");
        }

        var instructions = fields.Texts("instructions", 100, 2000);
        if (instructions.Any(string.IsNullOrWhiteSpace))
        {
            fields.Error("instructions", "Each must be more than white space.", "string_blank");
        }

        return new CreateRecipeLink(
            fields.RequiredText("title", max: 200, isFilled: true), fields.Integer("servings", 1, 1000), instructions, items);
    }
}
