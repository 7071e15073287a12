namespace Smplat.Core.Commerce.Providers;

internal static class ProviderDefaults
{
    /// <summary>What a prefer switch adds to the priority: 20 points, or 67 price points at default weights.</summary>
    public const int PreferBoost = 20;
}
