namespace Smplat.Core.Commerce.Providers;

/// <summary>The vendors' own API hosts, the only ones that their clients may call outside local runs.</summary>
internal static class VendorHosts
{
    public static IReadOnlyList<string> Of(ProviderId id) => id switch
    {
        ProviderId.KrogerApi => ["api.kroger.com", "api-ce.kroger.com"],
        ProviderId.WalmartApi => ["developer.api.walmart.com"],
        ProviderId.Instacart => ["connect.instacart.com", "connect.dev.instacart.tools"],
        ProviderId.MealMe => ["api.mealme.ai", "api.satsuma.ai"],
        _ => throw new ArgumentOutOfRangeException(nameof(id), id, "No hosts."),
    };
}
