using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Instacart;

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
                item.Name, DisplayOf(item), [InstacartMeasures.Of(item.Quantity, item.Unit)]))]);
        return KeepAsync(
            JsonSerializer.SerializeToUtf8Bytes(list, InstacartJson.Default.InstacartShoppingList),
            token => client.CreateListAsync(list, budget, token),
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
                item.Name, DisplayOf(item), [InstacartMeasures.Of(item.Quantity, item.Unit)]))]);
        return KeepAsync(
            JsonSerializer.SerializeToUtf8Bytes(recipe, InstacartJson.Default.InstacartRecipe),
            token => client.CreateRecipeAsync(recipe, budget, token),
            cancellationToken);
    }

    private Task<InstacartLink> KeepAsync(
        byte[] content, Func<CancellationToken, Task<string>> create, CancellationToken cancellationToken)
    {
        var key = CacheKey.Link(
            ProviderId.Instacart,
            options.CurrentValue.Root.Authority + ":" + Convert.ToHexStringLower(SHA256.HashData(content)));

        // A day less than the link lives, so that no shopper gets one that is about to end.
        var lifetime = TimeSpan.FromDays(Math.Max(options.CurrentValue.LinkDays - 1, 0.5));
        return cache.GetAsync(
            key,
            InstacartJson.Default.InstacartLink,
            _ => lifetime,
            async token => new InstacartLink(await create(token)),
            cancellationToken);
    }

    private static string DisplayOf(RequestedItem item) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{item.Quantity:0.###} {item.Unit} {item.Name}");
}
