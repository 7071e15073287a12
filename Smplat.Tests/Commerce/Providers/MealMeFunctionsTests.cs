using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Smplat.FakeVendors;
using Smplat.FakeVendors.Hosting;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Commerce.Providers;

/// <summary>The MealMe and delivery calls over HTTP, against the fake vendor.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class MealMeFunctionsTests
{
    private static readonly object Basket = new
    {
        chatgpt_user_id = "user-1",
        latitude = 37.7786,
        longitude = -122.3918,
        items = new object[] { new { name = "Brown Rice", qty = 2 }, new { name = "unobtainium" } },
        mode = "groceries",
    };

    [Test]
    [Prevents("D-5")]
    public async Task A_cart_is_created_at_the_vendor_and_stored()
    {
        await using var given = await GivenAsync();

        var (status, answer) = await given.PostAsync("mealme_create_cart", Basket);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), answer.GetRawText());
        Assert.That(answer.GetProperty("cart").GetProperty("cart_id").GetString(), Does.StartWith("cart_"));
        Assert.That(answer.GetProperty("missing")[0].GetString(), Is.EqualTo("unobtainium"));
        var row = await given.RowAsync("select status, provider, country, subtotal_cents from commerce.mealme_order");
        Assert.That((string)row.status, Is.EqualTo("cart_created"));
        Assert.That((long)row.subtotal_cents, Is.EqualTo(answer.GetProperty("cart").GetProperty("subtotal_cents").GetInt64()));
        Assert.That((long)(await given.RowAsync("select count(*) as lines from commerce.mealme_order_item")).lines, Is.EqualTo(1));
    }

    [Test]
    public async Task Quotes_name_the_cheapest_and_the_fastest_and_are_stored_with_the_order()
    {
        await using var given = await GivenAsync();
        var (_, cart) = await given.PostAsync("mealme_create_cart", Basket);

        var (status, quotes) = await given.PostAsync("mealme_get_quotes", new
        {
            cartId = cart.GetProperty("cart").GetProperty("cart_id").GetString(),
            order_id = cart.GetProperty("order_id").GetGuid(),
        });

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK), quotes.GetRawText());
        Assert.That(quotes.GetProperty("quotes").GetArrayLength(), Is.EqualTo(2));
        Assert.That(quotes.GetProperty("cheapest").GetProperty("provider").GetString(), Is.EqualTo("standard"));
        Assert.That(quotes.GetProperty("fastest").GetProperty("provider").GetString(), Is.EqualTo("express"));
        var row = await given.RowAsync(
            "select count(*) as quotes, count(*) filter (where is_cheapest) as cheapest from commerce.delivery_quotes");
        Assert.That(((long)row.quotes, (long)row.cheapest), Is.EqualTo((2L, 1L)));
    }

    [Test]
    public async Task A_checkout_page_carries_partner_cart_and_connect()
    {
        await using var given = await GivenAsync();

        var (_, answer) = await given.PostAsync("mealme_checkout_url", new { cartId = "a b" });

        Assert.That(
            answer.GetProperty("checkoutUrl").GetString(),
            Is.EqualTo("https://sdk.mealme.ai/checkout?api=whatsfordinner&cartId=a%20b&useMealmeConnect=true"));
    }

    [Test]
    [Prevents("D-5")]
    public async Task Ingredients_become_a_cart_with_quotes_and_a_checkout_page_in_one_call()
    {
        await using var given = await GivenAsync();

        var (status, answer) = await given.PostAsync("delivery_place_order", new
        {
            chatgpt_user_id = "user-1",
            latitude = 37.7786,
            longitude = -122.3918,
            ingredients = new object[] { "2 cups flour, sifted", "3 eggs", new { name = "milk", quantity = 1, unit = "gal" } },
        });

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.GetProperty("success").GetBoolean(), Is.True, answer.GetRawText());
        Assert.That(answer.GetProperty("cart").GetProperty("items").GetArrayLength(), Is.EqualTo(3));
        Assert.That(answer.GetProperty("checkoutUrl").GetString(), Does.Contain("cartId=cart_"));
    }

    [Test]
    public async Task A_flow_that_stops_says_where_and_whether_to_retry()
    {
        await using var given = await GivenAsync();
        given.Vendors.MealMe.Faults.Always(new Fault.Status(503), "/cart/retrieve");

        var (status, answer) = await given.PostAsync("delivery_place_order", new
        {
            chatgpt_user_id = "user-1",
            latitude = 37.7786,
            longitude = -122.3918,
            ingredients = new[] { "rice" },
        });

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.GetProperty("success").GetBoolean(), Is.False);
        Assert.That(answer.GetProperty("code").GetString(), Is.EqualTo("UPSTREAM_5XX"));
        Assert.That(answer.GetProperty("retryable").GetBoolean(), Is.True);
        Assert.That(answer.GetProperty("details").GetProperty("step").GetString(), Is.EqualTo("get_quotes"));
    }

    [Test]
    public async Task Shops_near_a_place_are_found_by_name()
    {
        await using var given = await GivenAsync();

        var (_, answer) = await given.PostAsync(
            "delivery_search_restaurants", new { latitude = 37.7786, longitude = -122.3918, query = "market", mode = "restaurants" });

        Assert.That(answer.GetProperty("count").GetInt32(), Is.EqualTo(1));
        Assert.That(answer.GetProperty("results")[0].GetProperty("name").GetString(), Is.EqualTo("Corner Fresh Market"));
    }

    [TestCase("mealme_create_cart", """{"chatgpt_user_id":"u","latitude":99,"longitude":0,"items":[{"name":"x"}]}""")]
    [TestCase("mealme_create_cart", """{"chatgpt_user_id":"u","latitude":9,"longitude":0,"items":[]}""")]
    [TestCase("instacart_recipe_link", """{"title":"x","ingredients":[""]}""")]
    [TestCase("mealme_create_cart", "[]")]
    [TestCase("mealme_get_quotes", """{"cartId":17}""")]
    [TestCase("mealme_get_quotes", """{"cartId":"x","order_id":"no uuid"}""")]
    [TestCase("mealme_checkout_url", "{")]
    [TestCase("delivery_place_order", """{"chatgpt_user_id":"u","latitude":1,"longitude":1,"ingredients":[{"nome":"x"}]}""")]
    [TestCase("delivery_search_restaurants", """{"latitude":"north","longitude":1}""")]
    public async Task Bad_input_is_the_caller_s_fault(string function, string body)
    {
        await using var given = await GivenAsync();

        var (status, answer) = await given.PostTextAsync(function, body);

        Assert.That((int)status, Is.EqualTo(400), answer.GetRawText());
        Assert.That(answer.GetProperty("success").GetBoolean(), Is.False);
    }

    [TestCase("mealme_create_cart", """{"chatgpt_user_id":"u","latitude":9,"longitude":0,"items":[{"name":"rice"},{"name":"  "}]}""", "items.1.name")]
    [TestCase("mealme_create_cart", """{"chatgpt_user_id":"u","latitude":9,"longitude":0,"items":[{"name":"?!"}]}""", "items.0.name")]
    [TestCase("mealme_create_cart", """{"chatgpt_user_id":"u","latitude":9,"longitude":0,"items":[{"name":"rice","qty":-1}]}""", "items.0.qty")]
    [TestCase("mealme_create_cart", """{"chatgpt_user_id":"\t","latitude":9,"longitude":0,"items":[{"name":"rice"}]}""", "chatgpt_user_id")]
    [TestCase("mealme_get_quotes", """{"cartId":"  "}""", "cartId")]
    [TestCase("mealme_get_quotes", """{"cartId":"x","address":{"city":" ","postal_code":"94107"}}""", "address.city")]
    [TestCase("mealme_get_quotes", """{"cartId":"x","address":{"city":"SF","postal_code":" "}}""", "address.postal_code")]
    [TestCase("mealme_get_quotes", """{"cartId":"x","address":{"city":"SF","postal_code":"94107","country":"  "}}""", "address.country")]
    [TestCase("mealme_checkout_url", """{"cartId":" "}""", "cartId")]
    [TestCase("delivery_place_order", """{"chatgpt_user_id":"u","latitude":1,"longitude":1,"ingredients":[" "]}""", "ingredients.0")]
    [TestCase("delivery_place_order", """{"chatgpt_user_id":"u","latitude":1,"longitude":1,"ingredients":["rice","-2 eggs"]}""", "ingredients.1")]
    [TestCase("delivery_place_order", """{"chatgpt_user_id":"u","latitude":1,"longitude":1,"ingredients":[{"name":" ","quantity":2,"unit":"cups"}]}""", "ingredients.0: name")]
    [TestCase("delivery_place_order", """{"chatgpt_user_id":"u","latitude":1,"longitude":1,"ingredients":[{"name":"eggs","quantity":-2}]}""", "ingredients.0: quantity")]
    [TestCase("delivery_place_order", """{"chatgpt_user_id":"u","latitude":1,"longitude":1,"ingredients":[{"name":"eggs","quantity":{}}]}""", "ingredients.0: quantity")]
    [TestCase("delivery_place_order", """{"chatgpt_user_id":" ","latitude":1,"longitude":1,"ingredients":["eggs"]}""", "chatgpt_user_id")]
    [TestCase("instacart_recipe_link", """{"title":" ","ingredients":["eggs"]}""", "title")]
    [TestCase("instacart_recipe_link", """{"title":"x","ingredients":["eggs","   "]}""", "ingredients")]
    [TestCase("instacart_recipe_link", """{"title":"x","ingredients":["-1 egg"]}""", "ingredients")]
    [TestCase("instacart_recipe_link", """{"title":"x","ingredients":["a\u0000b"]}""", "ingredients.0")]
    [TestCase("instacart_recipe_link", """{"title":"x","ingredients":["eggs"],"instructions":["Whisk",""]}""", "instructions")]
    public async Task Unusable_input_is_refused_with_its_field_name_before_a_vendor_is_called(string function, string body, string member)
    {
        await using var given = await GivenAsync();

        var (status, answer) = await given.PostTextAsync(function, body);

        Assert.That((int)status, Is.EqualTo(400), answer.GetRawText());
        Assert.That(answer.GetProperty("error").GetProperty("message").GetString(), Does.StartWith(member + ":"));
        Assert.That(given.Vendors.Vendors.SelectMany(vendor => vendor.Calls.All), Is.Empty);
    }

    [Test]
    public async Task A_recipe_gets_a_page_at_instacart()
    {
        await using var given = await GivenAsync();

        var (status, answer) = await given.PostAsync("instacart_recipe_link", new { title = "Pancakes", ingredients = new[] { "2 cups flour" } });

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.GetProperty("products_link_url").GetString(), Does.Contain("/store/recipes/"));
    }

    [Test]
    public async Task A_vendor_that_fails_is_a_bad_gateway_and_an_unknown_cart_not_found()
    {
        await using var given = await GivenAsync();

        var (unknown, _) = await given.PostAsync("mealme_get_quotes", new { cartId = "nobody" });
        given.Vendors.MealMe.RejectEveryone = true;
        var (refused, answer) = await given.PostAsync("mealme_create_cart", Basket);

        Assert.That(unknown, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(refused, Is.EqualTo(HttpStatusCode.BadGateway));
        Assert.That(answer.GetProperty("error").GetProperty("code").GetString(), Is.EqualTo("PROVIDER_ERROR"));
    }

    private static async Task<MealMeFixture> GivenAsync() => await MealMeFixture.StartAsync();

    private sealed class MealMeFixture(FakeVendorSet vendors, SmplatApp app) : IAsyncDisposable
    {
        public FakeVendorSet Vendors => vendors;

        public static async Task<MealMeFixture> StartAsync()
        {
            var vendors = await FakeVendorSet.StartAsync(CancellationToken.None);
            return new MealMeFixture(vendors, await SmplatApp.StartAsync(vendors.Settings));
        }

        public Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string function, object body) =>
            PostTextAsync(function, JsonSerializer.Serialize(body));

        public async Task<(HttpStatusCode Status, JsonElement Body)> PostTextAsync(string function, string body)
        {
            using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
            using var answer = await app.Client.PostAsync("/functions/v1/" + function, content);
            return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
        }

        public async Task<dynamic> RowAsync(string sql)
        {
            await using var connection = await app.OwnDatabase!.DataSource.OpenConnectionAsync();
            return await connection.QuerySingleAsync(new CommandDefinition(sql));
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            await vendors.DisposeAsync();
        }
    }
}
