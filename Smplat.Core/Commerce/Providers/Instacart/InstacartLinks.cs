using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>A recipe; the shopper gets a page with all its ingredients.</summary>
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

public abstract record RecipePageOutcome
{
    private RecipePageOutcome()
    {
    }

    public sealed record Created(string Url) : RecipePageOutcome;

    public sealed record Failed(ProviderFailure Failure) : RecipePageOutcome;
}

/// <summary>Shopping pages for recipes. The same recipe gets the same page for as long as the page exists.</summary>
public sealed class RecipePages(InstacartLinks links, IOptionsMonitor<InstacartOptions> access, TimeProvider clock)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public async Task<RecipePageOutcome> CreateAsync(CreateRecipeLink recipe, CancellationToken cancellationToken) =>
        access.CurrentValue.HasCredentials
            ? await CallBudget.RunAsync<RecipePageOutcome>(
                ProviderId.Instacart,
                Timeout,
                clock,
                async (budget, token) =>
                {
                    var link = await links.ForRecipeAsync(
                        recipe.Title, recipe.Servings, recipe.Instructions, recipe.Ingredients, budget, token);
                    return new RecipePageOutcome.Created(link.ProductsLinkUrl!);
                },
                failure => new RecipePageOutcome.Failed(failure),
                cancellationToken)
            : new RecipePageOutcome.Failed(ProviderFailure.MissingCredentials(ProviderId.Instacart));
}

/// <summary>Links to shopping lists and recipes. The vendor asks to make a new one only when the content has changed.</summary>
public sealed class InstacartLinks(InstacartClient client, VendorCache cache, IOptionsMonitor<InstacartOptions> options)
{
    private const string Title = "Your grocery list";

    public Task<InstacartLink> ForBasketAsync(
        IReadOnlyList<RequestedItem> items, CallBudget budget, CancellationToken cancellationToken)
    {
        var list = new InstacartShoppingList(
            Title,
            "shopping_list",
            options.CurrentValue.LinkDays,
            [.. items.Select(item => new InstacartLineItem(
                item.Name, DisplayOf(item), [InstacartMeasures.Convert(item.Quantity, item.Unit)]))]);
        return KeepAsync(
            JsonSerializer.SerializeToUtf8Bytes(list, InstacartJson.Default.InstacartShoppingList),
            token => client.CreateListAsync(list, budget, token),
            budget,
            cancellationToken);
    }

    public Task<InstacartLink> ForRecipeAsync(
        string title,
        int? servings,
        IReadOnlyList<string>? instructions,
        IReadOnlyList<RequestedItem> ingredients,
        CallBudget budget,
        CancellationToken cancellationToken)
    {
        var recipe = new InstacartRecipe(
            title,
            servings,
            options.CurrentValue.LinkDays,
            instructions,
            [.. ingredients.Select(item => new InstacartIngredient(
                item.Name, DisplayOf(item), [InstacartMeasures.Convert(item.Quantity, item.Unit)]))]);
        return KeepAsync(
            JsonSerializer.SerializeToUtf8Bytes(recipe, InstacartJson.Default.InstacartRecipe),
            token => client.CreateRecipeAsync(recipe, budget, token),
            budget,
            cancellationToken);
    }

    private Task<InstacartLink> KeepAsync(
        byte[] content, Func<CancellationToken, Task<string>> create, CallBudget budget, CancellationToken cancellationToken)
    {
        var key = CacheKey.Link(
            ProviderId.Instacart,
            options.CurrentValue.Root.Authority + ":" + Convert.ToHexStringLower(SHA256.HashData(content)));

        // A day less than the link lives, so that no shopper gets one that is about to expire.
        var lifetime = TimeSpan.FromDays(Math.Max(options.CurrentValue.LinkDays - 1, 0.5));
        return CallBudget.ShareAsync(budget.Caller, () => cache.GetAsync(
            key,
            InstacartJson.Default.InstacartLink,
            _ => lifetime,
            async token => new InstacartLink(await create(token)),
            cancellationToken));
    }

    private static string DisplayOf(RequestedItem item) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{item.Quantity:0.###} {item.Unit} {item.Name}");
}

/// <summary>Maps our units to the vendor's. A unit that is not in its list would break the matching of quantities.</summary>
internal static class InstacartMeasures
{
    private static readonly Dictionary<string, string> Words = new(StringComparer.Ordinal)
    {
        ["g"] = "gram",
        ["kg"] = "kilogram",
        ["oz"] = "ounce",
        ["lb"] = "pound",
        ["ml"] = "milliliter",
        ["l"] = "liter",
        ["cup"] = "cup",
        ["tbsp"] = "tablespoon",
        ["tsp"] = "teaspoon",
        ["floz"] = "fl oz",
        ["pt"] = "pint",
        ["qt"] = "quart",
        ["gal"] = "gallon",
        ["bunch"] = "bunch",
        ["can"] = "can",
        ["package"] = "package",
    };

    public static InstacartMeasurement Convert(decimal quantity, string? unit)
    {
        var known = UnitOfMeasure.Find(unit) ?? UnitOfMeasure.Piece;
        return Words.TryGetValue(known.Name, out var word)
            ? new InstacartMeasurement(quantity, word)
            : new InstacartMeasurement(Math.Ceiling(quantity * known.BaseFactor), "each");
    }
}
