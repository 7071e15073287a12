using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Merchandising;

namespace Smplat.Tests.Merchandising;

/// <summary>Prices of bundles are exact: nothing is lost or made up, whatever is divided.</summary>
[Parallelizable]
public sealed class BundlePriceTests
{
    [TestCase(PriceRule.Sum, null, "99.99", "99.99")]
    [TestCase(PriceRule.Fixed, "79.00", "99.99", "79.00")]
    [TestCase(PriceRule.Fixed, "0", "99.99", "0")]
    [TestCase(PriceRule.AmountOff, "20.50", "99.99", "79.49")]
    [TestCase(PriceRule.AmountOff, "100", "99.99", "0")]
    [TestCase(PriceRule.PercentOff, "15", "99.99", "84.99")]
    [TestCase(PriceRule.PercentOff, "50", "0.01", "0.01")]
    [TestCase(PriceRule.PercentOff, "33.33", "10.00", "6.67")]
    [TestCase(PriceRule.PercentOff, "100", "99.99", "0")]
    public void A_rule_rounds_once_half_away_from_zero(string rule, string? value, string list, string price) =>
        Assert.That(
            BundleTree.PriceOf(rule, value is null ? null : Number(value), Number(list)), Is.EqualTo(Number(price)));

    [TestCase("10.00", "1,1,1", "3.34,3.33,3.33")]
    [TestCase("0.02", "1,1,1", "0.01,0.01,0")]
    [TestCase("100.00", "299,149,149", "50.08,24.96,24.96")]
    [TestCase("5.00", "0,0", "2.50,2.50")]
    [TestCase("0", "3,4", "0,0")]
    [TestCase("9999999999.99", "0.01,99999999.99", "1.00,9999999998.99")]
    public void Cents_that_are_left_go_to_those_who_lost_most(string amount, string weights, string parts) =>
        Assert.That(
            BundleTree.Divide(Number(amount), [.. weights.Split(',').Select(Number)]), Is.EqualTo(parts.Split(',').Select(Number)));

    [Test]
    public void Parts_add_up_and_are_within_a_cent_of_their_share()
    {
        var cents = Gen.Choose(0, 2_000_000_000).Select(number => number / 100m);
        var cases = from amount in cents from weights in Gen.NonEmptyListOf(cents) select (amount, weights);

        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            var parts = BundleTree.Divide(given.amount, [.. given.weights]);
            var whole = given.weights.Sum();
            Assert.That(parts.Sum(), Is.EqualTo(given.amount));
            Assert.That(parts, Has.Count.EqualTo(given.weights.Count).And.All.GreaterThanOrEqualTo(0m));
            Assert.That(parts.All(part => part == Math.Round(part, 2)));
            Assert.That(
                whole == 0 || parts.Zip(given.weights).All(pair => Math.Abs(pair.First - (given.amount * pair.Second / whole)) < 0.01m));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void However_bundles_are_nested_their_lines_add_up_to_the_price()
    {
        var cases =
            from prices in Gen.Choose(0, 100_000).Select(number => number / 100m).ListOf(4)
            from quantities in Gen.Choose(1, 7).ListOf(4)
            from percent in Gen.Choose(0, 10_000).Select(number => number / 100m)
            from count in Gen.Choose(1, 50)
            select (prices, quantities, percent, count);

        Prop.ForAll(cases.ToArbitrary(), given =>
        {
            Product[] products = [.. given.prices.Select((price, index) => AProduct($"p{index}", price))];
            var inner = ABundle("inner", PriceRule.PercentOff, given.percent, ("p0", given.quantities[0]), ("p1", given.quantities[1]));
            var outer = ABundle("outer", PriceRule.PercentOff, given.percent, ("inner", given.quantities[2]), ("p2", 1), ("p0", given.quantities[3]));
            var (tree, problem) = Resolve(outer, [inner, outer], products);

            var parts = tree!.Expand(given.count)!;

            Assert.That(problem, Is.Null);
            Assert.That(parts.Sum(part => part.Price), Is.EqualTo(tree.Price.Price * given.count));
            Assert.That(parts.Select(part => part.Product.Id), Is.Unique);
            Assert.That(
                parts.Single(part => part.Product.Slug == "p0").Quantity,
                Is.EqualTo(given.count * ((given.quantities[0] * given.quantities[2]) + given.quantities[3])));
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void A_bundle_that_contains_itself_at_any_depth_has_no_price()
    {
        Bundle[] loop = [ABundle("a", PriceRule.Sum, null, ("b", 1)), ABundle("b", PriceRule.Sum, null, ("c", 1)), ABundle("c", PriceRule.Sum, null, ("a", 1))];

        var (tree, problem) = Resolve(loop[0], loop, []);

        Assert.That(tree, Is.Null);
        Assert.That(problem!.Message, Does.Contain("a > b > c > a"));
    }

    [Test]
    public void Nesting_has_a_limit()
    {
        Bundle[] chain =
        [
            .. Enumerable.Range(0, BundleTree.MaxDepth + 1).Select(depth => depth == BundleTree.MaxDepth
                ? ABundle($"b{depth}", PriceRule.Sum, null, ("p0", 1))
                : ABundle($"b{depth}", PriceRule.Sum, null, ($"b{depth + 1}", 1))),
        ];

        Assert.That(Resolve(chain[0], chain, [AProduct("p0", 1)]).Problem, Is.TypeOf<BundleTooDeep>());
        Assert.That(Resolve(chain[1], chain, [AProduct("p0", 1)]).Problem, Is.Null);
    }

    private static (BundleTree? Tree, Core.Platform.Input.Refusal? Problem) Resolve(Bundle bundle, Bundle[] bundles, Product[] products) =>
        BundleTree.Resolve(
            bundle, bundles.ToDictionary(row => row.BundleSlug), products.ToDictionary(product => product.Slug), "storefront");

    private static Product AProduct(string slug, decimal price) => new()
    {
        Id = Guid.NewGuid(),
        Slug = slug,
        Title = slug,
        Category = "c",
        BasePrice = price,
        Currency = "EUR",
        Status = "active",
        ChannelEligibility = """["storefront"]""",
    };

    /// <summary>A slug that begins with p is a product.</summary>
    private static Bundle ABundle(string slug, string rule, decimal? value, params (string Slug, int Quantity)[] components) => new()
    {
        Id = Guid.NewGuid(),
        PrimaryProductSlug = "p0",
        BundleSlug = slug,
        Title = slug,
        PriceRule = rule,
        PriceValue = value,
        Components = BundleComponent.ToJson(components.Select(component => new BundleComponent(
            component.Slug, component.Quantity, component.Slug[0] == 'p' ? BundleComponent.Product : BundleComponent.Bundle))),
    };

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
