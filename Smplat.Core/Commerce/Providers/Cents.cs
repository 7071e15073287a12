namespace Smplat.Core.Commerce.Providers;

/// <summary>Arithmetic on integer cents. Halves are rounded up, as the price contract says; nothing passes through binary floats.</summary>
internal static class Cents
{
    /// <summary>Rounds to whole cents, halves up.</summary>
    public static long Round(decimal cents) => (long)decimal.Floor(cents + 0.5m);

    /// <summary>A share of an amount, for example a tax or a commission.</summary>
    public static long Share(long cents, decimal rate) => Round(cents * rate);

    /// <summary>What a quantity costs at a price per unit.</summary>
    public static long Line(long unitCents, decimal quantity) => Round(unitCents * quantity);
}
