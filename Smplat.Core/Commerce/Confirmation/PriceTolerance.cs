namespace Smplat.Core.Commerce.Confirmation;

/// <summary>How much dearer a basket may have become without asking the shopper again: a dollar or 2 percent.</summary>
internal static class PriceTolerance
{
    private const long SmallestCents = 100;

    public static bool Allows(long agreedCents, long nowCents) =>
        nowCents - agreedCents <= Math.Max(SmallestCents, agreedCents * 2 / 100);
}
