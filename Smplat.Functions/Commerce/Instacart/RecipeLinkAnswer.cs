namespace Smplat.Functions.Commerce.Instacart;

public sealed record RecipeLinkAnswer(bool Success, string ProductsLinkUrl);
