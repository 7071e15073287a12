using System.Text.Json;

namespace Smplat.Tests.Merchandising;

/// <summary>Bundles over HTTP: what they may contain, what they cost, and orders of them.</summary>
[Parallelizable]
public sealed class BundleTests
{
    private const string Path = "/api/v1/catalog/bundles";

    private MerchandisingFixture _shop = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _shop = await MerchandisingFixture.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _shop.DisposeAsync();

    [Test]
    public async Task A_bundle_is_created_listed_changed_and_deleted()
    {
        var (one, two) = (await _shop.CreateProductAsync(price: 10), await _shop.CreateProductAsync(price: 2.5m));
        var created = await CreateAsync(one, "percent_off", 10, (one, 1), (two, 2));
        var (id, slug) = (Text(created.Json, "id"), Text(created.Json, "bundleSlug"));

        var listed = await _shop.GetAsync($"{Path}/", key: null);
        var beside = await _shop.GetAsync($"{Path}/product/{Text(one, "slug")}", key: null);
        var without = await _shop.SendAsync(HttpMethod.Patch, $"{Path}/{id}", new { title = "New" });
        var changed = await _shop.SendAsync(
            HttpMethod.Patch, $"{Path}/{id}", new { title = "New", pricing = new { rule = "fixed", value = 12 } }, ifMatch: "1");
        var stale = await _shop.SendAsync(HttpMethod.Patch, $"{Path}/{id}", new { title = "Newer" }, ifMatch: "1");
        var staleDelete = await _shop.SendAsync(HttpMethod.Delete, $"{Path}/{id}", ifMatch: "1");
        var deleted = await _shop.SendAsync(HttpMethod.Delete, $"{Path}/{id}", ifMatch: "2");

        Assert.Multiple(() =>
        {
            Assert.That((created.Status, created.Tag), Is.EqualTo((201, "\"1\"")), created.Text);
            Assert.That(created.Json.GetProperty("price").GetProperty("list").GetDecimal(), Is.EqualTo(15m));
            Assert.That(created.Json.GetProperty("price").GetProperty("amount").GetDecimal(), Is.EqualTo(13.5m));
            Assert.That(created.Json.GetProperty("price").GetProperty("savings").GetDecimal(), Is.EqualTo(1.5m));
            Assert.That(created.Json.GetProperty("components")[1].GetProperty("quantity").GetInt32(), Is.EqualTo(2));
            Assert.That(listed.Json.EnumerateArray().Select(bundle => Text(bundle, "bundleSlug")), Does.Contain(slug));
            Assert.That(beside.Json.EnumerateArray().Select(bundle => Text(bundle, "bundleSlug")), Is.EqualTo(new[] { slug }));
            Assert.That((without.Status, changed.Status, stale.Status, staleDelete.Status), Is.EqualTo((428, 200, 412, 412)));
            Assert.That(changed.Json.GetProperty("price").GetProperty("amount").GetDecimal(), Is.EqualTo(12m));
            Assert.That(Text(stale.Json.GetProperty("current"), "title"), Is.EqualTo("New"));
            Assert.That(deleted.Status, Is.EqualTo(204));
        });
        Assert.That((await _shop.GetAsync($"{Path}/{slug}")).Status, Is.EqualTo(404));
    }

    [Test]
    public async Task Components_must_exist_be_active_and_share_a_currency()
    {
        var product = await _shop.CreateProductAsync();
        var draft = await _shop.CreateProductAsync(status: "draft");
        var dollars = await _shop.CreateProductAsync(currency: "USD");

        var missing = await CreateAsync(product, "sum", null, [(Text(product, "slug"), 1, "product"), ("not-there", 1, "product")]);
        var missingBundle = await CreateAsync(product, "sum", null, [("not-there", 1, "bundle")]);
        var inactive = await CreateAsync(product, "sum", null, (product, 1), (draft, 1));
        var mixed = await CreateAsync(product, "sum", null, (product, 1), (dollars, 1));
        var twice = await CreateAsync(product, "sum", null, (product, 1), (product, 2));
        var none = await CreateAsync(product, "sum", null, Array.Empty<(string, int, string)>());
        var zero = await CreateAsync(product, "sum", null, (product, 0));
        var tooMuch = await CreateAsync(product, "percent_off", 101, (product, 1));
        var noValue = await CreateAsync(product, "fixed", null, (product, 1));

        Assert.Multiple(() =>
        {
            Assert.That((missing.Status, missing.Code), Is.EqualTo((400, "merchandising.component_missing")));
            Assert.That((missingBundle.Status, missingBundle.Code), Is.EqualTo((400, "merchandising.component_missing")));
            Assert.That((inactive.Status, inactive.Code), Is.EqualTo((409, "merchandising.component_not_available")));
            Assert.That((mixed.Status, mixed.Code), Is.EqualTo((400, "merchandising.mixed_currencies")));
            Assert.That(
                new[] { twice.Status, none.Status, zero.Status, tooMuch.Status, noValue.Status }, Is.All.EqualTo(422));
        });
    }

    [Test]
    public async Task No_two_writers_together_make_a_loop()
    {
        var product = await _shop.CreateProductAsync();
        for (var round = 0; round < 5; round++)
        {
            var (a, b) = ((await CreateAsync(product, "sum", null, (product, 1))).Json, (await CreateAsync(product, "sum", null, (product, 1))).Json);

            var calls = await Task.WhenAll(ContainAsync(a, b), ContainAsync(b, a));

            Assert.That(calls.Select(call => call.Status), Is.EquivalentTo(new[] { 200, 400 }));
            Assert.That(calls.Single(call => call.Status == 400).Code, Is.EqualTo("merchandising.bundle_loop"));
        }
    }

    [Test]
    public async Task A_component_is_not_deleted_from_under_its_bundle()
    {
        var (product, part) = (await _shop.CreateProductAsync(), await _shop.CreateProductAsync());
        var inner = (await CreateAsync(part, "sum", null, (part, 1))).Json;
        await CreateAsync(product, "sum", null, [(Text(product, "slug"), 1, "product"), (Text(inner, "bundleSlug"), 1, "bundle")]);

        var deletedProduct = await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/{Text(part, "id")}", ifMatch: "*");
        var deletedBundle = await _shop.SendAsync(HttpMethod.Delete, $"{Path}/{Text(inner, "id")}", ifMatch: "*");

        Assert.That((deletedProduct.Status, deletedBundle.Status), Is.EqualTo((409, 409)));
        Assert.That(deletedBundle.Code, Is.EqualTo("merchandising.component_in_use"));
    }

    [Test]
    public async Task Products_and_bundles_share_their_slugs()
    {
        var product = await _shop.CreateProductAsync();
        var bundle = (await CreateAsync(product, "sum", null, (product, 1))).Json;

        var asProduct = await _shop.SendAsync(HttpMethod.Post, "/api/v1/products", new
        {
            slug = Text(bundle, "bundleSlug"),
            title = "T",
            category = "c",
            basePrice = 1,
            currency = "EUR",
        });
        var asBundle = await _shop.SendAsync(HttpMethod.Post, Path, new
        {
            primaryProductSlug = Text(product, "slug"),
            bundleSlug = Text(product, "slug"),
            title = "T",
            components = new[] { new { slug = Text(product, "slug") } },
        });

        Assert.That((asProduct.Code, asBundle.Code), Is.EqualTo(("merchandising.slug_taken", "merchandising.slug_taken")));
    }

    [Test]
    public async Task A_bundle_is_shown_and_ordered_only_while_all_its_products_are_available()
    {
        var (one, two) = (await _shop.CreateProductAsync(), await _shop.CreateProductAsync(channels: ["storefront", "loyalty"]));
        var bundle = (await CreateAsync(one, "sum", null, (one, 1), (two, 1))).Json;
        var slug = Text(bundle, "bundleSlug");
        var inLoyalty = await _shop.GetAsync($"{Path}/{slug}?channel=loyalty", key: null);
        await _shop.SendAsync(HttpMethod.Patch, $"/api/v1/products/{Text(two, "id")}", new { status = "archived" }, ifMatch: "1");

        var asShopper = await _shop.GetAsync($"{Path}/{slug}", key: null);
        var asOperator = await _shop.GetAsync($"{Path}/{slug}");
        var all = await _shop.GetAsync($"{Path}?view=all");
        var refused = await _shop.GetAsync($"{Path}?view=all", MerchandisingFixture.Storefront);
        var ordered = await OrderAsync(slug, 1, 20);

        Assert.Multiple(() =>
        {
            Assert.That((inLoyalty.Status, asShopper.Status, asOperator.Status, refused.Status), Is.EqualTo((404, 404, 200, 403)));
            Assert.That(Text(asOperator.Json, "problem"), Does.Contain(Text(two, "slug")));
            Assert.That(all.Json.EnumerateArray().Select(shown => Text(shown, "bundleSlug")), Does.Contain(slug));
            Assert.That((ordered.Status, ordered.Code), Is.EqualTo((409, "merchandising.bundle_not_available")));
        });
    }

    [Test]
    public async Task An_order_of_a_bundle_has_a_line_for_each_product_and_its_exact_price()
    {
        var (one, two, three) = (await _shop.CreateProductAsync(price: 10), await _shop.CreateProductAsync(price: 10), await _shop.CreateProductAsync(price: 10));
        var inner = (await CreateAsync(two, "fixed", 15, (two, 1), (three, 1))).Json;
        var slug = Text(
            (await CreateAsync(one, "fixed", 20.01m, [(Text(one, "slug"), 3, "product"), (Text(inner, "bundleSlug"), 1, "bundle")])).Json, "bundleSlug");

        var ordered = await OrderAsync(slug, 2, 20.01m, new { product_title = "Free", quantity = 1, unit_price = 5, total_price = 5 });
        var items = ordered.Json.GetProperty("items").EnumerateArray().ToArray();
        var parts = items.Where(item => item.GetProperty("bundle").ValueKind == JsonValueKind.Object).ToArray();

        Assert.Multiple(() =>
        {
            Assert.That(ordered.Status, Is.EqualTo(201), ordered.Text);
            Assert.That(ordered.Json.GetProperty("total").GetDecimal(), Is.EqualTo(45.02m));
            Assert.That(parts.Sum(item => item.GetProperty("total_price").GetDecimal()), Is.EqualTo(40.02m));
            Assert.That(parts.Select(item => Text(item, "product_id")), Is.EquivalentTo(new[] { Text(one, "id"), Text(two, "id"), Text(three, "id") }));
            Assert.That(parts.Select(item => item.GetProperty("quantity").GetInt32()), Is.EqualTo(new[] { 6, 2, 2 }));
            Assert.That(parts.Select(item => Text(item.GetProperty("bundle"), "slug")), Is.All.EqualTo(slug));
            Assert.That(items[^1].GetProperty("bundle").ValueKind, Is.EqualTo(JsonValueKind.Null));
        });
    }

    [Test]
    public async Task A_price_that_is_no_longer_true_is_not_charged()
    {
        var product = await _shop.CreateProductAsync(price: 10);
        var slug = Text((await CreateAsync(product, "percent_off", 10, (product, 1))).Json, "bundleSlug");

        var cheaper = await OrderAsync(slug, 2, 8.99m);
        await _shop.SendAsync(HttpMethod.Patch, $"/api/v1/products/{Text(product, "id")}", new { basePrice = 20 }, ifMatch: "1");
        var old = await OrderAsync(slug, 2, 9);
        var now = await OrderAsync(slug, 2, 18);

        Assert.That((cheaper.Code, old.Code), Is.EqualTo(("orders.bundle_price_differs", "orders.bundle_price_differs")));
        Assert.That(old.Text, Does.Contain("18").And.Contain("36"));
        Assert.That(now.Status, Is.EqualTo(201));
    }

    [Test]
    public async Task A_repeated_order_of_a_bundle_is_the_same_order()
    {
        var (one, two) = (await _shop.CreateProductAsync(), await _shop.CreateProductAsync());
        var slug = Text((await CreateAsync(one, "fixed", 9.99m, (one, 1), (two, 2))).Json, "bundleSlug");
        var key = Guid.NewGuid().ToString();

        var first = await _shop.OrderAsync(Line(slug, 1, 9.99m), key: key);
        await _shop.SendAsync(HttpMethod.Patch, $"/api/v1/products/{Text(two, "id")}", new { status = "archived" }, ifMatch: "1");
        var again = await _shop.OrderAsync(Line(slug, 1, 9.99m), key: key);
        var other = await _shop.OrderAsync(Line(slug, 2, 9.99m), key: key);

        Assert.That((first.Status, again.Status, other.Status), Is.EqualTo((201, 200, 409)), again.Text);
        Assert.That(Text(again.Json, "id"), Is.EqualTo(Text(first.Json, "id")));
    }

    [TestCase("""{"bundle_slug":"x","product_id":"0198f000-0000-7000-8000-000000000001","product_title":"T","unit_price":1,"total_price":1}""", 422)]
    [TestCase("""{"bundle_slug":"x","selected_options":{},"product_title":"T","unit_price":1,"total_price":1}""", 422)]
    [TestCase("""{"bundle_slug":"not-there","product_title":"T","unit_price":1,"total_price":1}""", 404)]
    public async Task A_bad_bundle_line_is_refused(string item, int status) =>
        Assert.That((await _shop.OrderAsync(JsonDocument.Parse(item).RootElement)).Status, Is.EqualTo(status));

    private Task<Call> ContainAsync(JsonElement bundle, JsonElement part) => _shop.SendAsync(
        HttpMethod.Patch,
        $"{Path}/{Text(bundle, "id")}",
        new { components = new[] { new { slug = Text(part, "bundleSlug"), kind = "bundle" } } },
        ifMatch: "1");

    private Task<Call> OrderAsync(string slug, int quantity, decimal price, params object[] more) =>
        _shop.OrderAsync([Line(slug, quantity, price), .. more]);

    private static object Line(string slug, int quantity, decimal price) =>
        new { bundle_slug = slug, product_title = "The bundle", quantity, unit_price = price, total_price = price * quantity };

    private Task<Call> CreateAsync(JsonElement primary, string rule, decimal? value, params (JsonElement Product, int Quantity)[] components) =>
        CreateAsync(primary, rule, value, [.. components.Select(component => (Text(component.Product, "slug"), component.Quantity, "product"))]);

    private Task<Call> CreateAsync(JsonElement primary, string rule, decimal? value, (string Slug, int Quantity, string Kind)[] components) =>
        _shop.SendAsync(HttpMethod.Post, Path, new
        {
            primaryProductSlug = Text(primary, "slug"),
            bundleSlug = $"b-{Guid.NewGuid():N}",
            title = "A bundle",
            components = components.Select(component => new { slug = component.Slug, quantity = component.Quantity, kind = component.Kind }),
            pricing = new { rule, value },
        });

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
