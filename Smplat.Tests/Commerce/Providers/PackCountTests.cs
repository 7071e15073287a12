using Smplat.Core.Commerce.Providers;

namespace Smplat.Tests.Commerce.Providers;

public sealed class PackCountTests
{
    [TestCase("16 oz", 1, 16, "oz")]
    [TestCase("1 gal", 1, 1, "gal")]
    [TestCase("12 ct", 1, 12, "piece")]
    [TestCase("6 pk / 12 fl oz", 6, 12, "floz")]
    [TestCase("12 fl oz, 6 pack", 6, 12, "floz")]
    [TestCase("2.5 lb", 1, 2.5, "lb")]
    [TestCase("64 FL OZ", 1, 64, "floz")]
    public void Sizes_are_read_as_vendors_write_them(string text, double count, double amount, string unit)
    {
        var size = PackSize.Parse(text)!;

        Assert.That((size.Count, size.Amount, size.Unit.Name), Is.EqualTo(((decimal)count, (decimal)amount, unit)));
    }

    [TestCase("")]
    [TestCase("large")]
    [TestCase("0 oz")]
    [TestCase("each one is nice")]
    public void Text_without_a_size_is_none(string text) => Assert.That(PackSize.Parse(text), Is.Null);

    [TestCase(2, "lb", "16 oz", 2)]
    [TestCase(1.5, "lb", "16 oz", 2)]
    [TestCase(1, "cup", "1 gal", 1)]
    [TestCase(2, "gal", "64 fl oz", 4)]
    [TestCase(12, "floz", "6 pk / 12 fl oz", 1)]
    [TestCase(24, "pcs", "12 ct", 2)]
    [TestCase(1, "dozen", "12 ct", 1)]
    [TestCase(3, "can", "15 oz", 3)]
    [TestCase(2.2, "pcs", null, 3)]
    [TestCase(2, "handfuls", "16 oz", 2)]
    public void Enough_packs_are_bought_for_the_quantity(double quantity, string unit, string? size, int packs)
    {
        var count = PackCount.For((decimal)quantity, unit, PackSize.Parse(size));

        Assert.That(count.Packs, Is.EqualTo(packs));
        Assert.That(count.Warning, Is.Null);
    }

    [TestCase("lb", "12 ct")]
    [TestCase("cup", null)]
    public void A_weight_of_something_sold_by_count_is_one_pack_and_a_warning(string unit, string? size)
    {
        var count = PackCount.For(5, unit, PackSize.Parse(size));

        Assert.That(count.Packs, Is.EqualTo(1));
        Assert.That(count.Warning, Is.Not.Null);
    }
}
