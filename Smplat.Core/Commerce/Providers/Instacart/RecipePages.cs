using Microsoft.Extensions.Options;

namespace Smplat.Core.Commerce.Providers.Instacart;

/// <summary>Shopping pages for recipes. The same recipe gets the same page for as long as it lives.</summary>
public sealed class RecipePages(InstacartLinks links, IOptionsMonitor<InstacartOptions> access, TimeProvider clock)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    private const int Retries = 2;

    public async Task<RecipePageOutcome> CreateAsync(CreateRecipeLink recipe, CancellationToken cancellationToken)
    {
        if (!access.CurrentValue.HasCredentials)
        {
            return new RecipePageOutcome.Failed(ProviderFailure.MissingCredentials(ProviderId.Instacart));
        }

        using var limit = new CancellationTokenSource(Time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var link = await links.ForRecipeAsync(
                recipe.Title, recipe.Servings, recipe.Instructions, recipe.Ingredients, new CallBudget(clock, Time, Retries), either.Token);
            return new RecipePageOutcome.Created(link.ProductsLinkUrl!);
        }
        catch (ProviderFailureException failed)
        {
            return new RecipePageOutcome.Failed(failed.Failure);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new RecipePageOutcome.Failed(ProviderFailure.Timeout(ProviderId.Instacart, (int)Time.TotalMilliseconds));
        }
    }
}
