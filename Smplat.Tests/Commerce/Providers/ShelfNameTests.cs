using Smplat.Core.Commerce.Providers;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>Names as shoppers and vendors write them, with the right verdict.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class ShelfNameTests
{
    /// <summary>Item | brand | product | found, substituted or unavailable.</summary>
    private const string Names =
        """
        vitamin d whole milk | Kroger | Kroger Vitamin D Whole Milk Gallon | found
        vitamin d whole milk | Kroger | Kroger® 2% Reduced Fat Milk Half Gallon | substituted
        whole milk | Great Value | Great Value Whole Vitamin D Milk, Gallon, 128 fl oz | found
        whole milk | Horizon | Horizon Organic Whole Milk, 1/2 gal | found
        2% milk | Kroger | Kroger 2% Reduced Fat Milk | found
        2% milk | Kroger | Kroger Vitamin D Whole Milk | substituted
        skim milk | Kroger | Kroger Fat Free Skim Milk Gallon | found
        skim milk | Kroger | Kroger Nonfat Milk Half Gallon | found
        reduced fat milk | Kroger | Kroger 2% Milk Gallon | found
        milk | Silk | Silk Unsweetened Almond Milk | substituted
        bacon bits | Hormel | Hormel Real Bacon Bits 4.5 oz. Pouch | found
        bacon bits | - | Hormel Real Bacon Bits 4.5 oz. Pouch | found
        bacon | Hormel | Hormel Real Bacon Bits 4.5 oz. Pouch | unavailable
        boneless, skinless chicken breasts | Tyson | Tyson Boneless, Skinless Chicken Breasts, 3 lb | found
        boneless, skinless chicken breasts | Kroger | Kroger Boneless Skinless Chicken Breast | found
        boneless, skinless chicken breasts | Great Value | Great Value Boneless, Skinless Chicken Breasts, 4.7 - 6.1 lb Tray | found
        boneless, skinless chicken breasts | Kroger | Kroger Boneless Skinless Pork Chops | unavailable
        chicken breasts, boneless | Kroger | Kroger Boneless Skinless Chicken Breast | found
        yellow onions | Fresh | Onions, Yellow, 3 lb bag | found
        onions, yellow | Fresh | Fresh Yellow Onions | found
        Reese's Peanut Butter Cups | Reese's | Reese&#039;s Peanut Butter Cups | found
        Ben's rice | Ben's Original | Ben&apos;s Original Ready Rice | found
        M&M's | M&M's | M&amp;M&#39;s Milk Chocolate Candy, Sharing Size | found
        mac & cheese | Kraft | Kraft Mac &amp; Cheese Dinner | found
        Cheerios | Cheerios | General Mills Cheerios Cereal | found
        Cheerios | General Mills | General Mills Original Cheerios Heart Healthy Gluten Free Breakfast Cereal, 18 oz | found
        Cheerios | - | Cheerios Breakfast Cereal Family Size | found
        Cheerios | General Mills | Honey Nut Cheerios Cereal | substituted
        Coca-Cola Classic | Coca-Cola | Coca-Cola Soda | found
        Coca-Cola Classic | Coca-Cola | Coca-Cola Soda Pop, 12 Fl Oz, 12 Pack Cans | found
        Coca-Cola | - | Coca-Cola Soda Soft Drink | found
        Coke | Coca-Cola | Coca-Cola Soda | found
        Pepsi | Pepsi | Pepsi Cola Soda Pop Bottles | found
        Oreos | Nabisco | OREO Chocolate Sandwich Cookies, Family Size | found
        Doritos | Doritos | Doritos Nacho Cheese Flavored Tortilla Chips | found
        Nutella | Nutella | Nutella Hazelnut Spread with Cocoa | found
        7UP | 7UP | 7UP Lemon Lime Soda | found
        Heinz | Heinz | Heinz Tomato Ketchup | found
        Dr Pepper | Dr Pepper | Dr Pepper Soda Bottles | found
        Dr. Pepper | Keurig Dr Pepper | Dr Pepper Soda Pop, 12 fl oz, 12 Pack Cans | found
        Mountain Dew | Pepsi | Mountain Dew Soda | found
        Froot Loops | Kellogg's | Kellogg's Froot Loops Breakfast Cereal, Family Size, 19.4 oz | found
        Frosted Flakes | Kellogg's | Kellogg's Frosted Flakes Breakfast Cereal | found
        Rice Krispies | Kellogg's | Kellogg's Rice Krispies Cold Breakfast Cereal | found
        Special K | Kellogg's | Kellogg's Special K Original Cereal | found
        Pop-Tarts | Kellogg's | Pop-Tarts Toaster Pastries | found
        Pop-Tarts | Kellogg's | Pop-Tarts Frosted Strawberry Toaster Pastries | substituted
        Honey Bunches of Oats | Post | Post Honey Bunches of Oats Cereal | found
        Diet Coke | Coca-Cola | Diet Coke Soda Soft Drink | found
        Coke Zero | Coca-Cola | Coca-Cola Zero Sugar Soda | found
        Red Bull | Red Bull | Red Bull Energy Drink | found
        Tide | P&G | Tide Liquid Laundry Detergent | found
        Kleenex | Kleenex | Kleenex Facial Tissues | found
        black pepper | McCormick | McCormick Ground Black Pepper | found
        bell pepper | Dr Pepper | Dr Pepper Soda | unavailable
        almond milk | Silk | Silk Unsweetened Almond Milk | found
        olive oil | Bertolli | Bertolli Extra Virgin Olive Oil | found
        brown sugar | Domino | Domino Light Brown Sugar | found
        tomatoes | Hunt's | Hunt's Tomato Sauce | unavailable
        peanut butter | Reese's | Reese's Peanut Butter Cups Candy | unavailable
        peanut butter | Jif | Jif Creamy Peanut Butter | found
        salt | Morton | Morton Iodized Salt | found
        sugar | Domino | Domino Granulated Sugar | found
        bananas | Fresh | Fresh Banana, Each | found
        garlic | Fresh | Garlic Bulb, Each | found
        apple | Motts | Mott's Apple Juice | unavailable
        corn | Kellogg's | Kellogg's Corn Flakes Cereal | unavailable
        Cheerios | Kellogg's | Kellogg's Corn Flakes Cereal | unavailable
        Coca-Cola | Pepsi | Pepsi Cola Soda | unavailable
        eggs | Kroger | Kroger® Grade A Large Eggs Dozen | found
        large eggs | Great Value | Great Value Large White Eggs, 12 Count | found
        orange juice | Tropicana | Tropicana Pure Premium Orange Juice Carton | found
        orange juice | Simply | Simply Orange 100% Juice Bottle | found
        salsa | Pace | Pace Chunky Salsa Medium Jar | found
        ice cream | Ben & Jerry's | Ben & Jerry's Vanilla Ice Cream Pint | substituted
        vanilla ice cream | Ben & Jerry's | Ben & Jerry's Vanilla Ice Cream Pint | found
        cottage cheese | Daisy | Daisy Cottage Cheese Tub | found
        spaghetti | Barilla | Barilla Spaghetti Pasta Box | found
        jalapeño peppers | Fresh | Fresh Jalapeno Peppers | found
        jalapeno | Fresh | Jalapeño Peppers | found
        80/20 ground beef | Kroger | Kroger 80/20 Ground Beef | found
        80/20 ground beef | Kroger | Kroger 93/7 Ground Beef | substituted
        93% lean ground beef | Kroger | Kroger 93% Lean Ground Beef Tray | found
        vitamin c | Nature Made | Nature Made Vitamin C Tablets | found
        vitamin c | Nature Made | Nature Made Vitamin D Softgels | unavailable
        ketchup | Heinz | Heinz Tomato Ketchup Squeeze Bottle | found
        flour | Mission | Mission Flour Tortillas, 10 Count | unavailable
        lemon | Realemon | ReaLemon Lemon Juice Bottle | unavailable
        peaches, canned | Del Monte | Del Monte Canned Peaches | found
        peaches | Great Value | Great Value Sliced Peaches, Frozen, 16 oz | found
        sandwich bags | Fresh | Turkey Sandwich | unavailable
        trash bags | Glad | Glad Trash Bags 40 ct | found
        butter | Land O Lakes | Land O'Lakes Salted Butter Sticks | found
        green tea | Lipton | Lipton Green Tea Bags, 40 Count | found
        half and half | Land O Lakes | Land O Lakes Half & Half Quart | found
        cheddar | Tillamook | Tillamook Medium Cheddar Cheese Block, 8 oz | found
        cheddar | Kraft | Kraft Sharp Cheddar Cheese Slices | found
        mozzarella | Galbani | Galbani Whole Milk Mozzarella Cheese | found
        cheddar cheese | Cheez-It | Cheez-It Cheddar Cheese Crackers | unavailable
        """;

    private static IEnumerable<TestCaseData> Rows => ShelfTextTests.Rows(Names)
        .Select(cells => new TestCaseData(cells[0], cells[1] == "-" ? null : cells[1], cells[2], cells[3])
            .SetArgDisplayNames(cells[0], cells[2]));

    [TestCaseSource(nameof(Rows))]
    [Prevents("P-3")]
    public void A_product_is_what_the_shopper_means_or_not(string wanted, string? brand, string name, string verdict)
    {
        var product = new VendorProduct("s", VendorText.Plain(name), 100) { Brand = brand };

        var match = ProductMatcher.Match(new RequestedItem("1", wanted, 1), [product]);

        Assert.That(
            match.Product is null ? "unavailable" : match.IsSubstituted ? "substituted" : "found",
            Is.EqualTo(verdict),
            $"relevance {Relevance.Score(new RequestedItem("1", wanted, 1), ProductName.Parse(wanted), product)}");
    }

    [Test]
    public void The_table_holds_at_least_60_names() => Assert.That(Rows.Count(), Is.GreaterThanOrEqualTo(60));

    [TestCase("boneless, skinless chicken breasts", "boneless skinless chicken breast")]
    [TestCase("fresh, ripe bananas", "fresh ripe banana")]
    [TestCase("chicken breasts, boneless", "chicken breast")]
    [TestCase("milk, 1,5 l", "milk")]
    [TestCase("M&M's", "m&m")]
    [TestCase("7UP", "7up")]
    [TestCase("Häagen-Dazs", "haagen daz")]
    [TestCase("Reese&#039;s pieces", "reese piece")]
    public void The_whole_name_is_searched(string name, string term) => Assert.That(SearchTerm.Of(name), Is.EqualTo(term));

    [TestCase("2 boneless, skinless chicken breasts", 2, "pcs", "boneless, skinless chicken breasts")]
    [TestCase("half a gallon milk", 0.5, "gal", "milk")]
    [TestCase("one and a half lb salmon", 1.5, "lb", "salmon")]
    [TestCase("two lemons", 2, "pcs", "lemons")]
    [TestCase(".5 lb ham", 0.5, "lb", "ham")]
    [TestCase("1 1/2 gal milk", 1.5, "gal", "milk")]
    [TestCase("half and half", 1, "pcs", "half and half")]
    [TestCase("1,5 l milk, cold", 1.5, "l", "milk")]
    public void A_line_of_a_recipe_keeps_its_whole_name(string text, double quantity, string unit, string name)
    {
        var item = IngredientText.Read(text, 0)!;

        Assert.That((item.Quantity, item.Unit, item.Name), Is.EqualTo(((decimal)quantity, unit, name)));
    }

    [TestCase("Ben &amp; Jerry&#039;s", "Ben & Jerry's")]
    [TestCase("Reese&apos;s", "Reese's")]
    [TestCase("Reese&amp;#039;s", "Reese's")]
    [TestCase("Kroger&reg;&nbsp;Milk", "Kroger Milk")]
    [TestCase("a\u0000b\ud83d", "a b")]
    [TestCase("AT&T", "AT&T")]
    public void A_vendor_s_text_is_shown_as_people_read_it(string text, string plain) => Assert.That(VendorText.Plain(text), Is.EqualTo(plain));
}
