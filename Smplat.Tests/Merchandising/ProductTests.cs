using System.Text.Json;

namespace Smplat.Tests.Merchandising;

/// <summary>Products over HTTP: writes with versions, the history, and who sees and orders what.</summary>
[Parallelizable]
public sealed class ProductTests
{
    private MerchandisingFixture _shop = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _shop = await MerchandisingFixture.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _shop.DisposeAsync();

    [Test]
    public async Task A_new_product_is_a_draft_in_no_channel()
    {
        var slug = MerchandisingFixture.NewSlug();

        var created = await _shop.SendAsync(
            HttpMethod.Post, "/api/v1/products/", new { slug, title = "Kit", category = "content", basePrice = 49.9, currency = "EUR" });

        Assert.Multiple(() =>
        {
            Assert.That((created.Status, created.Tag), Is.EqualTo((201, "\"1\"")), created.Text);
            Assert.That(created.Json.GetProperty("status").GetString(), Is.EqualTo("draft"));
            Assert.That(created.Json.GetProperty("channelEligibility").GetArrayLength(), Is.Zero);
            Assert.That(created.Json.GetProperty("basePrice").GetDecimal(), Is.EqualTo(49.9m));
        });
        Assert.That((await _shop.GetAsync($"/api/v1/products/{slug}")).Status, Is.EqualTo(200), "an operator sees it");
        Assert.That((await _shop.GetAsync($"/api/v1/products/{slug}", key: null)).Status, Is.EqualTo(404), "a shopper does not");
    }

    [Test]
    public async Task A_slug_is_given_once()
    {
        var product = await _shop.CreateProductAsync();

        var again = await _shop.SendAsync(HttpMethod.Post, "/api/v1/products", new
        {
            slug = Text(product, "slug"),
            title = "Other",
            category = "content",
            basePrice = 1,
            currency = "EUR",
        });

        Assert.That((again.Status, again.Code), Is.EqualTo((400, "merchandising.slug_taken")));
    }

    [TestCase("""{"slug":"Upper-Case","title":"T","category":"c","basePrice":1,"currency":"EUR"}""", "slug")]
    [TestCase("""{"slug":"a--b","title":"T","category":"c","basePrice":1,"currency":"EUR"}""", "slug")]
    [TestCase("""{"slug":"a","title":" ","category":"c","basePrice":1,"currency":"EUR"}""", "title")]
    [TestCase("""{"slug":"a","title":"T","category":"c","basePrice":-1,"currency":"EUR"}""", "basePrice")]
    [TestCase("""{"slug":"a","title":"T","category":"c","basePrice":1.005,"currency":"EUR"}""", "basePrice")]
    [TestCase("""{"slug":"a","title":"T","category":"c","basePrice":1,"currency":"GBP"}""", "currency")]
    [TestCase("""{"slug":"a","title":"T","category":"c","basePrice":1,"currency":"EUR","status":"gone"}""", "status")]
    [TestCase("""{"slug":"a","title":"T","category":"c","basePrice":1,"currency":"EUR","channelEligibility":["a b"]}""", "channelEligibility")]
    public async Task A_bad_product_is_refused_by_the_name_of_its_member(string body, string member)
    {
        var call = await _shop.SendAsync(HttpMethod.Post, "/api/v1/products", JsonDocument.Parse(body).RootElement);

        Assert.That(call.Status, Is.EqualTo(422), call.Text);
        Assert.That(call.Text, Does.Contain($"\"{member}\""));
    }

    [Test]
    public async Task Channels_are_trimmed_lowered_and_each_once()
    {
        var product = await _shop.CreateProductAsync(channels: [" Storefront", "storefront", "Loyalty "]);

        Assert.That(
            product.GetProperty("channelEligibility").EnumerateArray().Select(channel => channel.GetString()),
            Is.EqualTo(new[] { "storefront", "loyalty" }));
    }

    [Test]
    public async Task A_write_names_the_version_that_it_is_based_on()
    {
        var product = await _shop.CreateProductAsync();
        var path = $"/api/v1/products/{Text(product, "id")}";

        var without = await _shop.SendAsync(HttpMethod.Patch, path, new { title = "One" });
        var first = await _shop.SendAsync(HttpMethod.Patch, path, new { title = "One" }, ifMatch: "1");
        var second = await _shop.SendAsync(HttpMethod.Patch, path, new { title = "Two" }, ifMatch: "1");
        var weak = await _shop.SendAsync(HttpMethod.Patch, path, new { title = "Two" }, ifMatch: "W/\"2\"");
        var bare = await _shop.SendAsync(HttpMethod.Patch, path, new { title = "Two" }, ifMatch: "two");
        var listed = await _shop.SendAsync(HttpMethod.Patch, path, new { title = "Three" }, ifMatch: "\"7\", \"2\"");
        var any = await _shop.SendAsync(HttpMethod.Patch, path, new { title = "Four" }, ifMatch: "*");

        Assert.Multiple(() =>
        {
            Assert.That((without.Status, without.Code), Is.EqualTo((428, "http.if_match_missing")));
            Assert.That((first.Status, first.Tag), Is.EqualTo((200, "\"2\"")));
            Assert.That((second.Status, second.Code, second.Tag), Is.EqualTo((412, "merchandising.stale", "\"2\"")));
            Assert.That(second.Json.GetProperty("current").GetProperty("title").GetString(), Is.EqualTo("One"));
            Assert.That(weak.Status, Is.EqualTo(412));
            Assert.That(bare.Status, Is.EqualTo(422));
            Assert.That((listed.Status, listed.Tag), Is.EqualTo((200, "\"3\"")));
            Assert.That((any.Status, any.Tag), Is.EqualTo((200, "\"4\"")));
        });
    }

    [Test]
    public async Task Of_writers_at_the_same_time_one_wins()
    {
        var product = await _shop.CreateProductAsync();
        var path = $"/api/v1/products/{Text(product, "id")}";

        var calls = await Task.WhenAll(Enumerable.Range(0, 8).Select(number =>
            _shop.SendAsync(HttpMethod.Patch, path, new { title = $"Title {number}" }, ifMatch: "1")));

        Assert.That(calls.Count(call => call.Status == 200), Is.EqualTo(1));
        Assert.That(calls.Count(call => call.Status == 412), Is.EqualTo(7));
        Assert.That((await _shop.GetAsync($"{path}/audit")).Json.GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task A_change_of_nothing_leaves_no_entry()
    {
        var product = await _shop.CreateProductAsync();
        var path = $"/api/v1/products/{Text(product, "id")}";

        var call = await _shop.SendAsync(HttpMethod.Patch, path, new { title = Text(product, "title"), basePrice = "10.00" }, ifMatch: "1");

        Assert.That((call.Status, call.Tag), Is.EqualTo((200, "\"1\"")));
        Assert.That((await _shop.GetAsync($"{path}/audit")).Json.GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task The_history_says_who_did_what_from_which_state_to_which()
    {
        var product = await _shop.CreateProductAsync();
        var path = $"/api/v1/products/{Text(product, "id")}";
        await _shop.SendAsync(HttpMethod.Patch, path, new { status = "archived" }, ifMatch: "1", actor: "ana@example.com");
        await _shop.SendAsync(HttpMethod.Patch, path, new { fulfillmentConfig = new { tasks = new[] { new { type = "content_promotion" } } } }, ifMatch: "2");

        var entries = (await _shop.GetAsync($"{path}/audit")).Json.EnumerateArray().ToArray();

        Assert.Multiple(() =>
        {
            Assert.That(entries.Select(entry => Text(entry, "action")), Is.EqualTo(new[] { "configuration_updated", "updated", "created" }));
            Assert.That(entries.Select(entry => Text(entry, "actorEmail")), Is.EqualTo(new[] { "operator", "ana@example.com", "operator" }));
            Assert.That(entries[1].GetProperty("beforeSnapshot").GetProperty("status").GetString(), Is.EqualTo("active"));
            Assert.That(entries[1].GetProperty("afterSnapshot").GetProperty("status").GetString(), Is.EqualTo("archived"));
            Assert.That(entries[0].GetProperty("afterSnapshot").GetProperty("fulfillment_config").GetProperty("tasks").GetArrayLength(), Is.EqualTo(1));
            Assert.That(entries[2].GetProperty("beforeSnapshot").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(entries.Select(entry => Text(entry, "requestId")), Has.All.Not.Empty);
        });
    }

    [Test]
    public async Task An_entry_brings_the_state_before_it_back()
    {
        var product = await _shop.CreateProductAsync(price: 12.34m, channels: ["storefront", "referral"]);
        var path = $"/api/v1/products/{Text(product, "id")}";
        await _shop.SendAsync(
            HttpMethod.Patch, path, new { title = "Wrong", description = "Wrong", basePrice = 99, channelEligibility = Array.Empty<string>() }, ifMatch: "1");
        var entries = (await _shop.GetAsync($"{path}/audit")).Json;
        var restore = $"/api/v1/products/audit/{Text(entries[0], "id")}/restore";

        var without = await _shop.SendAsync(HttpMethod.Post, restore);
        var stale = await _shop.SendAsync(HttpMethod.Post, restore, ifMatch: "1");
        var restored = await _shop.SendAsync(HttpMethod.Post, restore, ifMatch: "2", actor: "bo@example.com");
        var latest = (await _shop.GetAsync($"{path}/audit")).Json[0];

        Assert.Multiple(() =>
        {
            Assert.That((without.Status, stale.Status, restored.Status), Is.EqualTo((428, 412, 200)));
            Assert.That(Text(restored.Json, "title"), Is.EqualTo("A product"));
            Assert.That(restored.Json.GetProperty("description").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(restored.Json.GetProperty("basePrice").GetDecimal(), Is.EqualTo(12.34m));
            Assert.That(restored.Json.GetProperty("channelEligibility").GetArrayLength(), Is.EqualTo(2));
            Assert.That((Text(latest, "action"), Text(latest, "actorEmail")), Is.EqualTo(("restored", "bo@example.com")));
            Assert.That(latest.GetProperty("beforeSnapshot").GetProperty("title").GetString(), Is.EqualTo("Wrong"));
            Assert.That(latest.GetProperty("metadata").GetProperty("restored_from").GetString(), Is.EqualTo(Text(entries[0], "id")));
        });
    }

    [Test]
    public async Task There_is_nothing_to_restore_before_a_creation_or_after_a_deletion()
    {
        var product = await _shop.CreateProductAsync();
        var path = $"/api/v1/products/{Text(product, "id")}";
        await _shop.SendAsync(HttpMethod.Patch, path, new { title = "Other" }, ifMatch: "1");
        var entries = (await _shop.GetAsync($"{path}/audit")).Json;

        var creation = await _shop.SendAsync(HttpMethod.Post, $"/api/v1/products/audit/{Text(entries[1], "id")}/restore", ifMatch: "*");
        await _shop.SendAsync(HttpMethod.Delete, path, ifMatch: "2");
        var deleted = await _shop.SendAsync(HttpMethod.Post, $"/api/v1/products/audit/{Text(entries[0], "id")}/restore", ifMatch: "*");
        var history = await _shop.GetAsync($"{path}/audit");

        Assert.That((creation.Status, deleted.Status), Is.EqualTo((404, 404)));
        Assert.That((history.Status, Text(history.Json[0], "action")), Is.EqualTo((200, "deleted")), "the history outlives the product");
    }

    [Test]
    public async Task A_product_is_deleted_unless_it_was_ordered()
    {
        var (free, ordered) = (await _shop.CreateProductAsync(), await _shop.CreateProductAsync());
        Assert.That((await _shop.OrderAsync(Line(ordered))).Status, Is.EqualTo(201));

        var deleted = await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/{Text(free, "id")}", ifMatch: "1");
        var kept = await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/{Text(ordered, "id")}", ifMatch: "1");
        var unknown = await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/{Guid.NewGuid()}", ifMatch: "1");

        Assert.That((deleted.Status, kept.Status, unknown.Status), Is.EqualTo((204, 409, 404)));
        Assert.That(kept.Code, Is.EqualTo("merchandising.product_is_ordered"));
    }

    [TestCase("draft", new[] { "storefront" }, false)]
    [TestCase("archived", new[] { "storefront" }, false)]
    [TestCase("active", new string[0], false)]
    [TestCase("active", new[] { "loyalty" }, false)]
    [TestCase("active", new[] { "loyalty", "storefront" }, true)]
    public async Task Status_and_channel_decide_what_shoppers_see_and_order(string status, string[] channels, bool isShown)
    {
        var product = await _shop.CreateProductAsync(status: status, channels: channels);

        var listed = await IsListedAsync(product, "/api/v1/products");
        var found = await _shop.GetAsync($"/api/v1/products/{Text(product, "slug")}", key: null);
        var ordered = await _shop.OrderAsync(Line(product));

        Assert.That((listed, found.Status == 200, ordered.Status == 201), Is.EqualTo((isShown, isShown, isShown)), ordered.Text);
        if (!isShown)
        {
            Assert.That((ordered.Status, ordered.Code), Is.EqualTo((409, "orders.product_not_available")));
        }
    }

    [Test]
    public async Task Each_channel_has_its_own_products()
    {
        var product = await _shop.CreateProductAsync(channels: ["loyalty"]);

        Assert.Multiple(async () =>
        {
            Assert.That(await IsListedAsync(product, "/api/v1/products?channel=loyalty"), Is.True);
            Assert.That(await IsListedAsync(product, "/api/v1/products?channel=LOYALTY"), Is.True);
            Assert.That(await IsListedAsync(product, "/api/v1/products?channel=referral"), Is.False);
            Assert.That((await _shop.GetAsync($"/api/v1/products/{Text(product, "slug")}?channel=loyalty", key: null)).Status, Is.EqualTo(200));
            Assert.That((await _shop.OrderAsync(Line(product), channel: "loyalty")).Status, Is.EqualTo(201));
            Assert.That((await _shop.OrderAsync(Line(product), channel: "referral")).Status, Is.EqualTo(409));
        });
    }

    [Test]
    public async Task Drafts_are_listed_for_operators_only()
    {
        var draft = await _shop.CreateProductAsync(status: "draft");

        var asShopper = await _shop.GetAsync("/api/v1/products?status=draft", key: null);
        var asStorefront = await _shop.GetAsync("/api/v1/products?status=any", MerchandisingFixture.Storefront);
        var asStranger = await _shop.GetAsync("/api/v1/products?status=any", "wrong");
        var asOperator = await _shop.GetAsync("/api/v1/products?status=draft");

        Assert.That((asShopper.Status, asStorefront.Status, asStranger.Status), Is.EqualTo((403, 403, 401)));
        Assert.That(asOperator.Json.EnumerateArray().Select(product => Text(product, "slug")), Does.Contain(Text(draft, "slug")));
        Assert.That(asOperator.Json.EnumerateArray().Select(product => Text(product, "status")), Has.All.EqualTo("draft"));
    }

    [Test]
    public async Task Pages_follow_one_another_without_gaps()
    {
        for (var count = 0; count < 5; count++)
        {
            await _shop.CreateProductAsync(channels: ["paged"]);
        }

        var slugs = new List<string>();
        for (var after = ""; ;)
        {
            var page = (await _shop.GetAsync($"/api/v1/products?channel=paged&limit=2{after}", key: null)).Json.EnumerateArray().ToArray();
            if (page.Length == 0)
            {
                break;
            }

            slugs.AddRange(page.Select(product => Text(product, "slug")));
            after = $"&after={Text(page[^1], "id")}";
        }

        Assert.That(slugs, Has.Count.EqualTo(5).And.Unique);
    }

    [Test]
    public async Task Writes_need_an_operators_key()
    {
        var product = await _shop.CreateProductAsync();
        var path = $"/api/v1/products/{Text(product, "id")}";

        Assert.Multiple(async () =>
        {
            Assert.That((await _shop.SendAsync(HttpMethod.Patch, path, new { title = "x" }, "1", MerchandisingFixture.Storefront)).Status, Is.EqualTo(403));
            Assert.That((await _shop.SendAsync(HttpMethod.Patch, path, new { title = "x" }, "1", key: null)).Status, Is.EqualTo(401));
            Assert.That((await _shop.SendAsync(HttpMethod.Delete, path, null, "1", MerchandisingFixture.Storefront)).Status, Is.EqualTo(403));
            Assert.That((await _shop.GetAsync($"{path}/audit", MerchandisingFixture.Storefront)).Status, Is.EqualTo(403));
        });
    }

    [Test]
    public async Task Archiving_and_ordering_at_the_same_time_never_leaves_an_order_placed_after_the_archiving()
    {
        for (var round = 0; round < 5; round++)
        {
            var product = await _shop.CreateProductAsync();
            var path = $"/api/v1/products/{Text(product, "id")}";

            var orders = Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _shop.OrderAsync(Line(product))));
            var archived = await _shop.SendAsync(HttpMethod.Patch, path, new { status = "archived" }, ifMatch: "1");
            await orders;

            Assert.That(archived.Status, Is.EqualTo(200));
            Assert.That((await _shop.OrderAsync(Line(product))).Status, Is.EqualTo(409));
            Assert.That((await orders).Select(order => order.Status), Has.All.EqualTo(201).Or.EqualTo(409));
        }
    }

    [Test]
    public async Task A_repeated_order_is_answered_also_when_its_product_is_archived()
    {
        var product = await _shop.CreateProductAsync();
        var first = await _shop.OrderAsync(Line(product), key: "repeat-1");
        await _shop.SendAsync(HttpMethod.Patch, $"/api/v1/products/{Text(product, "id")}", new { status = "archived" }, ifMatch: "1");

        var again = await _shop.OrderAsync(Line(product), key: "repeat-1");

        Assert.That((first.Status, again.Status), Is.EqualTo((201, 200)));
        Assert.That(Text(again.Json, "id"), Is.EqualTo(Text(first.Json, "id")));
    }

    private async Task<bool> IsListedAsync(JsonElement product, string path) =>
        (await _shop.GetAsync(path, key: null)).Json.EnumerateArray().Any(listed => Text(listed, "slug") == Text(product, "slug"));

    private static object Line(JsonElement product) => new
    {
        product_id = Text(product, "id"),
        product_title = Text(product, "title"),
        quantity = 1,
        unit_price = product.GetProperty("basePrice").GetDecimal(),
        total_price = product.GetProperty("basePrice").GetDecimal(),
    };

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
