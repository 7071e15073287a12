namespace Smplat.Core.Commerce.Providers;

/// <summary>How many packs cover a request.</summary>
/// <param name="Warning">Set when the number is a guess.</param>
internal readonly record struct PackCount(int Packs, string? Warning)
{
    /// <summary>More packs than this are a misunderstanding, not a purchase.</summary>
    private const int Most = 9_999;

    /// <summary>
    /// Same dimension: enough packs to cover the amount. Counted units, or a product of unknown size: the quantity, rounded up.
    /// A weight or volume of something sold by count: one pack and a warning.
    /// </summary>
    public static PackCount For(decimal quantity, string? unit, PackSize? pack)
    {
        var asked = UnitOfMeasure.Find(unit) ?? UnitOfMeasure.Piece;
        if (asked.Dimension == UnitDimension.Count)
        {
            var pieces = pack is { Unit.Dimension: UnitDimension.Count, Amount: > 1 } && asked.Name is "piece" or "dozen" or "slice" or "clove"
                ? Math.Ceiling(quantity * asked.BaseFactor / (pack?.BaseAmount ?? 1))
                : Math.Ceiling(quantity);
            return Limit(pieces, null);
        }

        if (pack is null || pack.Unit.Dimension == UnitDimension.Count)
        {
            return new PackCount(1, $"Pack size unknown for {asked.Name}, one pack assumed");
        }

        return pack.Unit.Dimension == asked.Dimension
            ? Limit(Math.Ceiling(quantity * asked.BaseFactor / pack.BaseAmount), null)
            : CrossDimension(quantity, asked, pack);
    }

    /// <summary>A volume of something sold by weight, or the reverse: taken as water, said so.</summary>
    private static PackCount CrossDimension(decimal quantity, UnitOfMeasure asked, PackSize pack) =>
        Limit(
            Math.Ceiling(quantity * asked.BaseFactor / pack.BaseAmount),
            $"{asked.Name} compared with {pack.Unit.Name} by the density of water");

    private static PackCount Limit(decimal packs, string? warning) =>
        new((int)Math.Clamp(packs, 1, Most), warning);
}
