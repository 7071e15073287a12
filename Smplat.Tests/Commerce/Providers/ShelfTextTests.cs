using System.Globalization;
using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Size texts as vendors write them, with what one pack really holds.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ShelfTextTests
{
    /// <summary>Text | total of one pack in g, ml or pieces | single pieces or containers in it.</summary>
    private const string Shelf =
        """
        1/2 gal | 1892.7 ml | 1
        .5 lb | 226.8 g | 1
        1 1/2 lb | 680.4 g | 1
        1½ lb | 680.4 g | 1
        1 ½ lb | 680.4 g | 1
        1-1/2 lb | 680.4 g | 1
        1⁄2 gal | 1892.7 ml | 1
        ½ gal | 1892.7 ml | 1
        half gallon | 1892.7 ml | 1
        Half-Gallon | 1892.7 ml | 1
        half a gallon | 1892.7 ml | 1
        one half gallon | 1892.7 ml | 1
        0.5 gal | 1892.7 ml | 1
        .5 gallon | 1892.7 ml | 1
        Gallon | 3785.4 ml | 1
        1 Gallon | 3785.4 ml | 1
        Jug, Gallon | 3785.4 ml | 1
        1 gal (128 fl oz) | 3785.4 ml | 1
        1 gal / 128 fl oz | 3785.4 ml | 1
        3.785 L | 3785 ml | 1
        half pint | 236.6 ml | 1
        1/2 pt | 236.6 ml | 1
        1 pint | 473.2 ml | 1
        pint | 473.2 ml | 1
        1 pt. | 473.2 ml | 1
        1 dry pt | 473.2 ml | 1
        quart | 946.4 ml | 1
        1 qt | 946.4 ml | 1
        1.5 qt | 1419.5 ml | 1
        1.5 qts. | 1419.5 ml | 1
        48 fl oz | 1419.5 ml | 1
        48 fl. oz. | 1419.5 ml | 1
        48 FL OZ | 1419.5 ml | 1
        48floz | 1419.5 ml | 1
        48 fluid ounces | 1419.5 ml | 1
        16.9 fl oz bottle | 499.8 ml | 1
        750 ml | 750 ml | 1
        750ML | 750 ml | 1
        2 L | 2000 ml | 1
        2 Liter | 2000 ml | 1
        2L Bottle | 2000 ml | 1
        2 L / 67.6 fl oz | 2000 ml | 1
        33.8 fl oz (1 L) | 999.6 ml | 1
        16 oz | 453.6 g | 1
        16 oz. | 453.6 g | 1
        16oz | 453.6 g | 1
        16-oz | 453.6 g | 1
        16 ounce | 453.6 g | 1
        16 Ounces | 453.6 g | 1
        16 oz (1 lb) | 453.6 g | 1
        1 lb (16 oz) | 453.6 g | 1
        1 lb / 16 oz | 453.6 g | 1
        1 lb 8 oz | 680.4 g | 1
        1 lb. 4 oz. | 567 g | 1
        2 lb 3 oz (992 g) | 992.2 g | 1
        NET WT 12 OZ (340g) | 340.2 g | 1
        Net Wt. 14.5 oz | 411.1 g | 1
        10.75 oz can | 304.8 g | 1
        8 oz / 227 g | 226.8 g | 1
        227 g | 227 g | 1
        1 kg | 1000 g | 1
        1,5 kg | 1500 g | 1
        1.5kg | 1500 g | 1
        1,000 g | 1000 g | 1
        2.2 lbs | 997.9 g | 1
        2.2 Lb Bag | 997.9 g | 1
        5 lb | 2268 g | 1
        5LB | 2268 g | 1
        5 pounds | 2268 g | 1
        5# | 2268 g | 1
        3/4 lb | 340.2 g | 1
        ¾ lb | 340.2 g | 1
        1/4 lb | 113.4 g | 1
        quarter pound | 113.4 g | 1
        5-1/2 oz | 155.9 g | 1
        5 1/2 oz | 155.9 g | 1
        3 1/4 oz. | 92.1 g | 1
        2 1/4 oz | 63.8 g | 1
        per lb | 453.6 g | 1
        Per Lb. | 453.6 g | 1
        lb | 453.6 g | 1
        / lb | 453.6 g | 1
        1 lb avg | 453.6 g | 1
        4.7 - 6.1 lb Tray | 2449.4 g | 1
        2-3 lb | 1134 g | 1
        2 to 3 lb | 1134 g | 1
        0.8-1.6 lb | 544.3 g | 1
        12 ct | 12 pcs | 12
        12ct | 12 pcs | 12
        12 ct. | 12 pcs | 12
        12 Count | 12 pcs | 12
        12 COUNT | 12 pcs | 12
        12-ct | 12 pcs | 12
        12-Count | 12 pcs | 12
        dozen | 12 pcs | 12
        1 dozen | 12 pcs | 12
        1 doz | 12 pcs | 12
        half dozen | 6 pcs | 6
        1/2 dozen | 6 pcs | 6
        1½ dozen | 18 pcs | 18
        2 dozen | 24 pcs | 24
        2 x 1 dozen | 24 pcs | 24
        2 x 12 ct | 24 pcs | 24
        2 pk / 12 ct | 24 pcs | 24
        12 ct, 2 pk | 24 pcs | 24
        12 ct / 1 dozen | 12 pcs | 12
        12 ct (1 dozen) | 12 pcs | 12
        6 pk | 6 pcs | 6
        6-pack | 6 pcs | 6
        6 Pack | 6 pcs | 6
        6pk | 6 pcs | 6
        six pack | 6 pcs | 6
        24 Pack | 24 pcs | 24
        1 each | 1 pcs | 1
        1 ct | 1 pcs | 1
        1 EA | 1 pcs | 1
        1 bunch | 1 pcs | 1
        40 Count | 40 pcs | 40
        100 Tea Bags | 100 pcs | 100
        12 Rolls | 12 pcs | 12
        12 Double Rolls | 12 pcs | 12
        6 Mega Rolls = 24 Regular Rolls | 6 pcs | 6
        24 K-Cup Pods | 24 pcs | 24
        12 K-Cups | 12 pcs | 12
        18 Large Eggs | 18 pcs | 18
        8 Individually Wrapped Bars | 8 pcs | 8
        Size 3 Diapers, 32 ct | 32 pcs | 32
        Size 3, 32 ct | 32 pcs | 32
        #10 can | - | 1
        9 x 13 in | - | 1
        9x13 in pan, 2 ct | 2 pcs | 2
        12 in | - | 1
        12-inch tortillas, 10 ct | 10 pcs | 10
        75 sq ft | - | 1
        2 rolls, 75 sq ft | 2 pcs | 2
        100% juice pouches, 10 ct | 10 pcs | 10
        2% milk, 1 gal | 3785.4 ml | 1
        Pack of 6 | 6 pcs | 6
        1 box of 12 | 12 pcs | 12
        2 packs of 6 | 12 pcs | 12
        Case of 24 | 24 pcs | 24
        16 oz (Pack of 6) | 2721.6 g | 6
        16 oz, pack of 6 | 2721.6 g | 6
        Pack of 6, 16 oz | 2721.6 g | 6
        6 pack of 12 oz | 2041.2 g | 6
        64 fl oz (Pack of 8) | 15141.6 ml | 8
        16.9 fl oz bottles (case of 24) | 11995 ml | 24
        1.5 oz bars, 8 count (pack of 2) | 680.4 g | 16
        32 pods | 32 pcs | 32
        10 tortillas | 10 pcs | 10
        8 buns | 8 pcs | 8
        6 - 16.9 fl oz | 2998.8 ml | 6
        6-16.9 fl oz | 2998.8 ml | 6
        6 – 16.9 fl oz | 2998.8 ml | 6
        6 x 16.9 fl oz | 2998.8 ml | 6
        6x16.9 fl oz | 2998.8 ml | 6
        6 × 16.9 fl oz | 2998.8 ml | 6
        6X 330ml | 1980 ml | 6
        6 x 330 mL | 1980 ml | 6
        6*330ml | 1980 ml | 6
        6 x 2 L | 12000 ml | 6
        16.9 fl oz x 24 | 11995 ml | 24
        6/16.9 fl oz | 2998.8 ml | 6
        12/12 fl oz | 4258.6 ml | 12
        6/8 oz | 1360.8 g | 6
        4/5.3 oz | 601 g | 4
        4 - 5.3 oz | 601 g | 4
        4 x 5.3 oz | 601 g | 4
        4 ct / 5.3 oz | 601 g | 4
        6 - 1/2 pt | 1419.5 ml | 6
        12 - 1 L | 12000 ml | 12
        2 / 64 fl oz | 3785.4 ml | 2
        3/10 oz | 850.5 g | 3
        4/1 gal | 15141.6 ml | 4
        1/12 oz | 340.2 g | 1
        1/16 oz | 453.6 g | 1
        3/16 oz | 1360.8 g | 3
        2/3 lb | 302.4 g | 1
        4 cups / 5.3 oz | 601 g | 4
        8 oz (2 cups) | 226.8 g | 1
        100 ct / 8 oz | 226.8 g | 100
        1 pt 0.9 fl oz | 499.8 ml | 1
        16.9 FL OZ (1 PT 0.9 FL OZ) 500 mL | 499.8 ml | 1
        1 QT 1.8 FL OZ (33.8 FL OZ) | 999.6 ml | 1
        1 gal 1 qt | 4731.8 ml | 1
        1 kg 200 g | 1200 g | 1
        70 cl | 700 ml | 1
        6 x 33 cl | 1980 ml | 6
        3 lb - 4 lb | 1587.6 g | 1
        12oz/24pk | 8164.7 g | 24
        24pk/12oz | 8164.7 g | 24
        2.64 oz x 8 ct | 598.7 g | 8
        18.9 oz box | 535.8 g | 1
        14.5 net oz can | 411.1 g | 1
        2 dry pt | 946.4 ml | 1
        14.5 of some oz | - | 1
        2 x 1/2 gal | 3785.4 ml | 2
        24 pk / 16.9 fl oz | 11995 ml | 24
        24 pk/16.9 fl oz | 11995 ml | 24
        24 ct / 16.9 fl oz | 11995 ml | 24
        24 Pack, 16.9 fl oz Bottles | 11995 ml | 24
        16.9 fl oz, 24 pk | 11995 ml | 24
        16.9 Fl Oz Bottles, 40 Count | 19991.7 ml | 40
        16.9 fl oz each, 24 count | 11995 ml | 24
        12 pk / 12 fl oz | 4258.6 ml | 12
        12 Pack 12 oz Cans | 4082.3 g | 12
        12 fl oz, 6 pack | 2129.3 ml | 6
        12 fl oz cans, 12 pack | 4258.6 ml | 12
        12 pk / 144 fl oz | 4258.6 ml | 12
        72 fl oz (6 x 12 fl oz) | 2129.3 ml | 6
        6 pk / 12 fl oz / 72 fl oz total | 2129.3 ml | 6
        6 pk / 67.6 fl oz | 11995 ml | 6
        8 pk / 7.5 fl oz | 1774.4 ml | 8
        18 ct / 36 oz | 1020.6 g | 18
        12 ct / 24 oz | 680.4 g | 12
        8 ct / 12 oz | 340.2 g | 8
        10 ct / 20 oz | 567 g | 10
        12 ct / 1.5 oz | 510.3 g | 12
        5 ct / 19 oz | 538.6 g | 5
        2 pk / 24 oz | 1360.8 g | 2
        3 pack, 6 oz | 510.3 g | 3
        6 cans / 5 oz | 850.5 g | 6
        4 bottles, 11.2 fl oz | 1324.9 ml | 4
        16&nbsp;oz | 453.6 g | 1
        1&frac12; lb | 680.4 g | 1
        large | - | 1
        assorted | - | 1
        each | - | 1
        0 oz | - | 1
        x | - | 1
        / | - | 1
        99999999999999 oz | - | 1
        """;

    private static IEnumerable<TestCaseData> Texts => Rows(Shelf).Select(cells => new TestCaseData(cells[0], cells[1], cells[2]).SetArgDisplayNames(cells[0]));

    [TestCaseSource(nameof(Texts))]
    [Prevents("P-3")]
    public void A_size_text_is_read_as_a_shopper_reads_it(string text, string total, string pieces)
    {
        var size = PackSize.Parse(text);

        if (total == "-")
        {
            Assert.That(size, Is.Null);
            return;
        }

        var (amount, unit) = (decimal.Parse(total.Split(' ')[0], CultureInfo.InvariantCulture), total.Split(' ')[1]);
        Assert.That(size, Is.Not.Null);
        Assert.That(size!.Unit.Dimension, Is.EqualTo(unit switch { "g" => UnitDimension.Weight, "ml" => UnitDimension.Volume, _ => UnitDimension.Count }));
        Assert.That(size.BaseAmount, Is.EqualTo(amount).Within(0.1m));
        Assert.That(size.Pieces, Is.EqualTo(decimal.Parse(pieces, CultureInfo.InvariantCulture)));
    }

    [Test]
    public void The_table_holds_at_least_150_texts() => Assert.That(Texts.Count(), Is.GreaterThanOrEqualTo(150));

    [TestCase(2, "gal", "1/2 gal", 4)]
    [TestCase(1, "lb", ".5 lb", 2)]
    [TestCase(24, "bottle", "24 pk / 16.9 fl oz", 1)]
    [TestCase(24, "pcs", "24 pk / 16.9 fl oz", 1)]
    [TestCase(12, "can", "12 pk / 12 fl oz", 1)]
    [TestCase(12, "cans", "12 pk / 12 fl oz", 1)]
    [TestCase(13, "can", "12 pk / 12 fl oz", 2)]
    [TestCase(4, "pcs", "4 ct / 5.3 oz", 1)]
    [TestCase(18, "pcs", "18 ct / 36 oz", 1)]
    [TestCase(40, "bottles", "40 Count", 1)]
    [TestCase(40, "pcs", "40 Count", 1)]
    [TestCase(24, "bottle", "16.9 fl oz, 24 Count", 1)]
    [TestCase(24, "pcs", "2 x 1 dozen", 1)]
    [TestCase(2, "dozen", "12 ct", 2)]
    [TestCase(6, "jar", "6 pk", 1)]
    [TestCase(12, "pcs", "12 Double Rolls", 1)]
    [TestCase(100, "bag", "100 Tea Bags", 1)]
    [TestCase(6, "can", "15 oz (Pack of 6)", 1)]
    [TestCase(12, "can", "15 oz (Pack of 6)", 2)]
    [TestCase(2, "pcs", "9 x 13 in", 2)]
    [TestCase(6, "pcs", "6 - 16.9 fl oz", 1)]
    [TestCase(20, "bag", "20 bags", 1)]
    [TestCase(2, "package", "12 ct", 2)]
    [TestCase(3, "can", "15 oz", 3)]
    [TestCase(2, "l", "6 x 330 ml", 2)]
    [TestCase(4, "lb", "2 lb 3 oz", 2)]
    [Prevents("P-3")]
    public void Counted_and_measured_wishes_get_enough_packs_and_not_more(double quantity, string unit, string size, int packs) =>
        Assert.That(PackCount.For((decimal)quantity, unit, PackSize.Parse(size)), Is.EqualTo(new PackCount(packs, null)));

    [TestCase("2-3 lb", 5, "lb")]
    [TestCase("18 ct / 36 oz", 2, "lb")]
    [TestCase("100 ct", 2, "bottle")]
    [TestCase("6-8 oz", 6, "pcs")]
    [TestCase("large", 12, "pcs")]
    [TestCase("large", 1, "dozen")]
    [TestCase("15 oz", 1, "dozen")]
    [TestCase("6-8 oz", 2, "lb")]
    [TestCase("3/8 oz", 1, "lb")]
    [TestCase("1 lb avg", 3, "lb")]
    [TestCase("3 lb - 4 lb", 7, "lb")]
    [TestCase("16 oz", 12, "floz")]
    public void A_size_that_can_be_read_in_two_ways_is_said(string size, double quantity, string unit) =>
        Assert.That(PackCount.For((decimal)quantity, unit, PackSize.Parse(size)).Warning, Is.Not.Null);

    [TestCase("lemons", 12, "pcs", "Fresh Lemons", "1 lb", 4)]
    [TestCase("lemons", 1, "dozen", "Fresh Lemons", "per lb", 4)]
    [TestCase("pork loin", 1, "pcs", "Boneless Pork Loin", "per lb", 4)]
    [TestCase("russet potatoes", 10, "pcs", "Russet Potatoes", "5 lb", 1)]
    [TestCase("lemons", 2, "lb", "Fresh Lemons", "each", 8)]
    [Prevents("P-3")]
    public void Pieces_of_weighed_goods_are_estimated_and_said(
        string wanted, double quantity, string unit, string name, string size, int packs)
    {
        var match = ProductMatcher.Match(
            new RequestedItem("1", wanted, (decimal)quantity, unit), [new VendorProduct("s", name, 100) { SizeText = size }]);

        Assert.That(match.Packs, Is.EqualTo(packs));
        Assert.That(match.Warning, Does.Contain("estimated"));
    }

    [Test]
    [Prevents("P-3")]
    public void Weighed_goods_without_a_usual_weight_carry_a_warning()
    {
        var match = ProductMatcher.Match(
            new RequestedItem("1", "monkfish", 2), [new VendorProduct("s", "Fresh Monkfish", 100) { SizeText = "1 lb", IsSoldByWeight = true }]);

        Assert.That(match.Warning, Does.Contain("weight"));
    }

    [TestCase("16.9 Fl Oz Bottles, 40 Count", "Great Value Purified Drinking Water, 16.9 Fl Oz Bottles, 40 Count")]
    [TestCase("4.5 oz. Pouch", "Hormel Real Bacon Bits 4.5 oz. Pouch")]
    [TestCase("1/2 gal", "Horizon Organic Whole Milk, 1/2 gal")]
    [TestCase("Half Gallon", "Kroger Vitamin D Whole Milk Half Gallon")]
    [TestCase("6 x 330 ml", "San Pellegrino Aranciata 6 x 330 ml")]
    [TestCase(null, "Kroger 2% Reduced Fat Milk")]
    [TestCase(null, "Antimo Caputo 00 Flour")]
    [TestCase(null, "Diet 7 Up")]
    public void A_size_in_the_name_is_found(string? size, string name) => Assert.That(PackSize.TextIn(name), Is.EqualTo(size));

    internal static IEnumerable<string[]> Rows(string table) =>
        table.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(row => row.Split(" | ", StringSplitOptions.TrimEntries));
}
