namespace Smplat.Core.Commerce.Providers;

/// <summary>What became of one requested item at a vendor.</summary>
/// <param name="Product">Null when the vendor has nothing acceptable.</param>
/// <param name="Reason">Why another product than the one asked for was chosen; null when it is that one.</param>
internal sealed record MatchedItem(
    RequestedItem Item, VendorProduct? Product = null, int Packs = 0, string? Reason = null, string? Warning = null)
{
    public long LineCents => Product is null ? 0 : checked(Product.PriceCents * Packs);

    public bool IsSubstituted => Reason is not null;
}
