using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Providers;

namespace Smplat.Tests.Commerce.Providers;

public sealed class QuantityTextTests
{
    [TestCase("2", "2", null)]
    [TestCase("1.5", "1.5", null)]
    [TestCase("1,5 kg", "1.5", "kg")]
    [TestCase("1 lb", "1", "lb")]
    [TestCase("2 lbs.", "2", "lb")]
    [TestCase("500g", "500", "g")]
    [TestCase("0.5", "0.5", null)]
    [TestCase("0.25 kg", "0.25", "kg")]
    [TestCase("0,5 l", "0.5", "l")]
    [TestCase("1/2 cup", "0.5", "cup")]
    [TestCase("1 1/2 lb", "1.5", "lb")]
    [TestCase("½ tsp", "0.5", "tsp")]
    [TestCase("1½ cups", "1.5", "cup")]
    [TestCase("2-3 cloves", "3", "clove")]
    [TestCase("2 – 4", "4", null)]
    [TestCase("1 to 2 gallons", "2", "gal")]
    [TestCase("a bunch", "1", "bunch")]
    [TestCase("lbs 2", "2", "lb")]
    [TestCase("16 fl oz", "16", "floz")]
    [TestCase("1,000 g", "1000", "g")]
    [TestCase("2 large", "2", null)]
    [TestCase("  3  ", "3", null)]
    public void Quantities_are_read_as_people_write_them(string text, string amount, string? unit)
    {
        Assert.That(QuantityText.TryParse(text, out var quantity), Is.True);
        Assert.That(quantity.Amount, Is.EqualTo(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.That(quantity.Unit, Is.EqualTo(unit));
    }

    [TestCase("abc")]
    [TestCase("")]
    [TestCase("   ")]
    [TestCase("/ 2")]
    [TestCase("1/0")]
    [TestCase("cups")]
    [TestCase("- ")]
    public void Text_without_a_quantity_is_not_read(string text)
    {
        Assert.That(QuantityText.TryParse(text, out _), Is.False);
        Assert.That(QuantityText.IsNonsense(text), Is.False);
    }

    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("-Infinity")]
    [TestCase("-3")]
    [TestCase("-½ cup")]
    [TestCase("0")]
    [TestCase("0.0 kg")]
    [TestCase("1e999")]
    [TestCase("99999999999999999999")]
    public void Impossible_numbers_are_distinguished_from_unreadable_text(string text)
    {
        Assert.That(QuantityText.TryParse(text, out _), Is.False);
        Assert.That(QuantityText.IsNonsense(text), Is.True);
    }

    [Test]
    public void No_text_breaks_the_parser_or_gives_zero_or_less() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(2000),
        Prop.ForAll(
            ArbMap.Default.ArbFor<string?>(), text => !QuantityText.TryParse(text, out var quantity) || quantity.Amount > 0));

    [Test]
    public void Whole_numbers_and_units_survive_a_round_trip_through_text() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(
            (from amount in Gen.Choose(1, 999) from unit in Gen.Elements("g", "kg", "oz", "lb", "ml", "cup", "can") select (amount, unit)).ToArbitrary(),
            pair => QuantityText.TryParse($"{pair.amount} {pair.unit}", out var read) && read.Amount == pair.amount && read.Unit == pair.unit));
}
