namespace Smplat.Core.Commerce.Providers;

/// <summary>Vendors' dollar amounts as cents.</summary>
internal static class Dollars
{
    private const decimal Most = 100_000m;

    /// <summary>Null for what is no price: absent, zero, negative or absurd.</summary>
    public static long? ToCents(decimal? dollars) =>
        dollars is > 0 and <= Most ? Cents.Round(dollars.Value * 100) : null;
}
