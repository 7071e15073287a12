namespace Smplat.Core.Commerce.Providers.Instacart;

public abstract record RecipePageOutcome
{
    private RecipePageOutcome()
    {
    }

    public sealed record Created(string Url) : RecipePageOutcome;

    public sealed record Failed(ProviderFailure Failure) : RecipePageOutcome;
}
