namespace Smplat.Core.Commerce.Routing;

/// <summary>Exact decimals without trailing zeros.</summary>
internal static class Decimals
{
    public static decimal Trim(decimal value) => value / 1.000000000000000000000000000m;
}
