namespace Smplat.Functions.Commerce.Instacart;

/// <param name="Ingredients">Lines of a recipe, such as <c>2 cups flour</c>.</param>
public sealed record CreateRecipeLinkBody(
    string Title, int? Servings, IReadOnlyList<string>? Instructions, IReadOnlyList<string> Ingredients)
{
    public const string Example =
        """
        {"title":"Pancakes","servings":4,"ingredients":["2 cups flour","2 eggs","1 1/2 cups milk"]}
        """;
}
