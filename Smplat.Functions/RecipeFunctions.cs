using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Commerce.Providers.Instacart;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Recipe links at Instacart.</summary>
public sealed class RecipeFunctions(RecipePages pages, VendorAnswers answers)
{
    [Function("CreateRecipeLink")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [RateLimit(RateCategory.Order)]
    [Operation("Create an Instacart shopping page for a recipe", Tag = "Commerce")]
    [JsonBody(typeof(CreateRecipeLink), Example = """{"title":"Pancakes","servings":4,"ingredients":["2 cups flour","2 eggs","1 1/2 cups milk"]}""")]
    [Answers(200, typeof(RecipeLinkAnswer), Naming.Snake)]
    [Answers(400, typeof(FailureAnswer), Naming.Commerce)]
    [Answers(502, typeof(FailureAnswer), Naming.Commerce)]
    public async Task<IResult> CreateRecipeLinkAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "functions/v1/instacart_recipe_link")] HttpRequest request,
        CancellationToken cancellationToken) =>
        await pages.CreateAsync(await request.ReadAsync(CreateRecipeLink.Read, cancellationToken), cancellationToken) switch
        {
            RecipePageOutcome.Created created => Answer.Snake(new RecipeLinkAnswer(true, created.Url)),
            RecipePageOutcome.Failed failed => answers.Of(failed.Failure),
            var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
        };
}

public sealed record RecipeLinkAnswer(bool Success, string ProductsLinkUrl);
