using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Commerce.Providers;
using Smplat.FakeVendors.Groceries;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

[Parallelizable(ParallelScope.All)]
public sealed class ProductMatcherTests
{
    private static readonly VendorProduct[] Shelf =
    [
        .. GroceryCatalog.All.Select(grocery => new VendorProduct(
            grocery.Upc, $"{grocery.Brand} {grocery.Name}", grocery.PriceAt(100))
        {
            Brand = grocery.Brand,
            Category = grocery.Category,
            SizeText = grocery.Size,
        }),
    ];

    [TestCase("flour", 5, "lb", "Gold Medal All Purpose Flour", 1)]
    [TestCase("chicken breast", 2, "lbs", "Kroger Boneless Skinless Chicken Breast", 2)]
    [TestCase("brown rice", 1, "bag", "Uncle Ben's Long Grain Brown Rice", 1)]
    [TestCase("broccoli", 3, "lbs", "Fresh Broccoli Crowns", 3)]
    [TestCase("eggs", 12, "pcs", "Kroger Grade A Large Eggs", 1)]
    [TestCase("eggs", 13, "pcs", "Kroger Grade A Large Eggs", 2)]
    [TestCase("whole milk", 2, "gal", "Kroger Vitamin D Whole Milk", 2)]
    [TestCase("apples", 2, "lb", "Fresh Fuji Apples", 2)]
    [TestCase("apple juice", 1, "pcs", "Mott's Apple Juice", 1)]
    [TestCase("butter", 1, "lb", "Land O Lakes Salted Butter", 1)]
    [TestCase("peanut butter", 1, "pcs", "Jif Creamy Peanut Butter", 1)]
    [TestCase("garlic", 3, "cloves", "Fresh Garlic Bulb", 3)]
    [TestCase("soda", 1, "pcs", "Coca-Cola Coca-Cola Soda", 1)]
    [TestCase("olive oil", 1, "cup", "Bertolli Extra Virgin Olive Oil", 1)]
    [TestCase("Heinz ketchup", 1, "pcs", "Heinz Tomato Ketchup", 1)]
    [Prevents("P-3")]
    public void The_requested_product_is_found_in_enough_packs(string name, double quantity, string unit, string expected, int packs)
    {
        var match = ProductMatcher.Match(new RequestedItem("1", name, (decimal)quantity, unit), Shelf);

        Assert.That((match.Product?.Name, match.Packs, match.IsSubstituted), Is.EqualTo((expected, packs, false)));
    }

    [TestCase("flour", "Mission Soft Taco Flour Tortillas")]
    [TestCase("cheddar cheese", "Cheez-It Cheddar Cheese Crackers")]
    [TestCase("chicken", "Swanson Chicken Broth")]
    [TestCase("coffee", "International Delight French Vanilla Coffee Creamer")]
    [TestCase("salted butter", "Jif Creamy Peanut Butter")]
    [TestCase("dragon fruit", "Mott's Apple Juice")]
    [Prevents("P-3")]
    public void Another_product_with_a_word_in_common_does_not_match(string wanted, string other)
    {
        var match = ProductMatcher.Match(new RequestedItem("1", wanted, 1), Shelf.Where(product => product.Name == other));

        Assert.That(match.Product, Is.Null);
    }

    [Test]
    [Prevents("P-3")]
    public void Another_kind_of_the_same_product_is_a_substitute_with_a_reason()
    {
        var match = ProductMatcher.Match(
            new RequestedItem("1", "brown rice", 1), Shelf.Where(product => product.Name.Contains("White Rice", StringComparison.Ordinal)));

        Assert.That(match.IsSubstituted, Is.True);
        Assert.That(match.Reason, Does.Contain("brown rice"));
    }

    [Test]
    public void A_requested_brand_beats_a_lower_price()
    {
        VendorProduct[] candidates =
        [
            new("a", "Cheap Pasta Sauce", 100) { Brand = "Cheap", SizeText = "24 oz" },
            new("b", "Ragu Pasta Sauce", 249) { Brand = "Ragu", SizeText = "24 oz" },
        ];
        var item = new RequestedItem("1", "pasta sauce", 1);

        Assert.That(ProductMatcher.Match(item, candidates).Product!.Sku, Is.EqualTo("a"));
        Assert.That(
            ProductMatcher.Match(item with { Preferences = new Dictionary<string, string> { ["brand"] = "Ragu" } }, candidates).Product!.Sku,
            Is.EqualTo("b"));
    }

    [Test]
    public void Deliverable_products_in_stock_with_a_price_are_chosen_first()
    {
        VendorProduct[] candidates =
        [
            new("1", "Milk", 100) { SizeText = "1 gal", IsInStock = false },
            new("2", "Milk", 0) { SizeText = "1 gal" },
            new("3", "Milk", 200) { SizeText = "1 gal", IsDeliverable = false },
            new("4", "Milk", 300) { SizeText = "1 gal" },
        ];

        Assert.That(ProductMatcher.Match(new RequestedItem("1", "milk", 1, "gal"), candidates).Product!.Sku, Is.EqualTo("4"));
    }

    [Test]
    public void The_choice_is_the_same_for_every_order_of_the_candidates() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Elements("milk", "flour", "chicken", "rice", "soda", "tomatoes", "cheese", "bread").ToArbitrary(),
            Gen.Shuffle(Shelf).ToArbitrary(),
            (name, shuffled) => ProductMatcher.Match(new RequestedItem("1", name, 2), shuffled)
                == ProductMatcher.Match(new RequestedItem("1", name, 2), Shelf)));

    [Test]
    public void No_text_of_a_vendor_or_caller_breaks_the_matching() =>
        Check.QuickThrowOnFailure(Prop.ForAll<string?, string?, string?>((wanted, name, size) =>
        {
            var match = ProductMatcher.Match(
                new RequestedItem("1", wanted ?? "", 1, size ?? ""), [new VendorProduct("s", name ?? "", 100) { Brand = size, Category = name, SizeText = size }]);
            return match.Packs >= 0;
        }));

    [TestCase("2 cups flour, sifted", 2, "cup", "flour")]
    [TestCase("1 1/2 lb chicken breast (boneless)", 1.5, "lb", "chicken breast")]
    [TestCase("3 eggs", 3, "pcs", "eggs")]
    [TestCase("salt", 1, "pcs", "salt")]
    [TestCase("a bunch of parsley", 1, "bunch", "parsley")]
    [TestCase("½ tsp cinnamon", 0.5, "tsp", "cinnamon")]
    [TestCase("0.5 cup milk", 0.5, "cup", "milk")]
    [TestCase("00 flour", 1, "pcs", "00 flour")]
    public void A_line_of_a_recipe_becomes_an_item(string text, double quantity, string unit, string name)
    {
        var item = IngredientText.Read(text, 0)!;

        Assert.That((item.Quantity, item.Unit, item.Name), Is.EqualTo(((decimal)quantity, unit, name)));
    }

    [TestCase("")]
    [TestCase("   ")]
    [TestCase("(chopped)")]
    [TestCase("!!!")]
    [TestCase("-2 eggs")]
    [TestCase("-½ cup milk")]
    [TestCase("0 eggs")]
    [TestCase("0.0 eggs")]
    public void A_line_without_a_name_or_with_a_zero_quantity_is_no_ingredient(string text) =>
        Assert.That(IngredientText.Read(text, 0), Is.Null);
}
