using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Merchandising;

namespace Smplat.Tests.Merchandising;

/// <summary>Which bundles are offered beside a product, and why in this order.</summary>
[Parallelizable]
public sealed class RecommendationTests
{
    private const string Path = "/api/v1/catalog/recommendations";

    private MerchandisingFixture _shop = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _shop = await MerchandisingFixture.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _shop.DisposeAsync();

    [TestCase(100, "0", 0, "50")]
    [TestCase(0, "0.5", 3, "195.5")]
    [TestCase(150, "0.25", 100, "-25")]
    [TestCase(900, "1", 0, "100")]
    [TestCase(10, "0.3333", 1, "171.83")]
    public void The_score_weighs_priority_acceptance_and_queue(int priority, string rate, int queue, string score) => Assert.That(
        RecommendationScore.Of(priority, Number(rate), queue), Is.EqualTo(Number(score)));

    [TestCase(0, "0", 0, new[] { "acceptance_missing", "queue_clear" })]
    [TestCase(100, "0.04", 5, new[] { "acceptance_low" })]
    [TestCase(100, "0.05", 15, new string[0])]
    [TestCase(100, "0.26", 16, new[] { "acceptance_strong", "queue_constrained" })]
    public void Notes_say_what_stands_out(long sample, string rate, long queue, string[] notes) => Assert.That(
        RecommendationScore.Notes(sample, Number(rate), queue, isEdited: false), Is.EqualTo(notes));

    [Test]
    public async Task Bundles_that_shoppers_accept_come_first()
    {
        var (primary, liked, other) = (await _shop.CreateProductAsync(), await _shop.CreateProductAsync(), await _shop.CreateProductAsync());
        var rarely = await CreateBundleAsync(primary, other);
        var often = await CreateBundleAsync(primary, liked);
        await _shop.OrderAsync([Line(primary), Line(liked)]);
        await _shop.OrderAsync([Line(primary)]);

        var answer = await AskAsync(Path, primary);
        var first = answer.Json.GetProperty("recommendations")[0];
        var again = await AskAsync(Path, primary);

        Assert.Multiple(() =>
        {
            Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
            Assert.That(Slugs(answer), Is.EqualTo(new[] { often, rarely }));
            Assert.That(first.GetProperty("metrics").GetProperty("acceptance_rate").GetDecimal(), Is.EqualTo(0.5m));
            Assert.That(first.GetProperty("metrics").GetProperty("acceptance_count").GetInt32(), Is.EqualTo(1));
            Assert.That(first.GetProperty("metrics").GetProperty("score").GetDecimal(), Is.EqualTo(100m));
            Assert.That(first.GetProperty("provenance").GetProperty("cache_ttl_minutes").GetInt32(), Is.EqualTo(10));
            Assert.That((Layer(answer), Layer(again)), Is.EqualTo(("computed", "memory")));
        });
        Assert.That(
            await _shop.Database.ReadAsync<decimal>($"select acceptance_rate from catalog_bundle_acceptance_metrics where bundle_slug = '{often}'"),
            Is.EqualTo(0.5m));
    }

    [Test]
    public async Task Another_instance_finds_what_one_has_computed()
    {
        var primary = await _shop.CreateProductAsync();
        var bundle = await CreateBundleAsync(primary, primary);
        await AskAsync(Path, primary);
        var services = _shop.App.Services;
        var other = ActivatorUtilities.CreateInstance<BundleRecommendations>(services);

        var found = (RecommendationOutcome.Found)await other.RecommendAsync(
            new(primary.GetProperty("slug").GetString()!, null), isRefresh: false, CancellationToken.None);

        Assert.That(found.Result.CacheLayer, Is.EqualTo("persistent"));
        Assert.That(found.Result.Bundles.Single().Slug, Is.EqualTo(bundle));
    }

    [Test]
    public async Task A_refresh_and_an_override_take_effect_at_once()
    {
        var primary = await _shop.CreateProductAsync();
        var (one, two) = (await CreateBundleAsync(primary, primary), await CreateBundleAsync(primary, primary));
        await AskAsync(Path, primary);

        var edited = await _shop.SendAsync(
            HttpMethod.Post, $"{Path}/override", new { bundle_slug = two, title = "Spring", priority = 0, tags = new[] { "spring" } });
        var after = await AskAsync(Path, primary);
        var refreshed = await AskAsync($"{Path}/refresh", primary);
        var unknown = await _shop.SendAsync(HttpMethod.Post, $"{Path}/override", new { bundle_slug = "not-there" });
        var first = after.Json.GetProperty("recommendations")[0];

        Assert.Multiple(() =>
        {
            Assert.That((edited.Status, unknown.Status), Is.EqualTo((200, 404)), edited.Text);
            Assert.That(Slugs(after), Is.EqualTo(new[] { two, one }));
            Assert.That(first.GetProperty("title").GetString(), Is.EqualTo("Spring"));
            Assert.That(first.GetProperty("metrics").GetProperty("notes").EnumerateArray().Select(note => note.GetString()), Does.Contain("cms_override"));
            Assert.That((Layer(after), Layer(refreshed)), Is.EqualTo(("computed", "computed")));
        });
    }

    [Test]
    public async Task Without_bundles_there_is_a_text_instead()
    {
        var primary = await _shop.CreateProductAsync();

        var answer = await AskAsync(Path, primary);

        Assert.That(answer.Json.GetProperty("recommendations").GetArrayLength(), Is.Zero);
        Assert.That(answer.Json.GetProperty("fallback_copy").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task A_burst_for_one_product_is_refused()
    {
        var (busy, calm) = (await _shop.CreateProductAsync(), await _shop.CreateProductAsync());

        var calls = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => AskAsync(Path, busy)));

        Assert.That(calls.Select(call => call.Status), Has.Some.EqualTo(429));
        Assert.That(calls.Count(call => call.Status == 200), Is.GreaterThanOrEqualTo(8));
        Assert.That(calls.First(call => call.Status == 429).Text, Does.Contain("Too many recommendation requests"));
        Assert.That((await AskAsync(Path, calm)).Status, Is.EqualTo(200));
    }

    [Test]
    public void The_limit_forgets_old_calls_and_keeps_few_products()
    {
        var limit = new BurstLimit(2, TimeSpan.FromSeconds(5), maxKeys: 3);
        var now = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

        bool[] entered = [limit.TryEnter("a", now), limit.TryEnter("a", now), limit.TryEnter("a", now), limit.TryEnter("a", now.AddSeconds(5))];
        for (var index = 0; index < 100; index++)
        {
            Assert.That(limit.TryEnter($"made-up-{index}", now));
        }

        Assert.That(entered, Is.EqualTo(new[] { true, true, false, true }));
    }

    private Task<Call> AskAsync(string path, JsonElement product) => _shop.SendAsync(
        HttpMethod.Post, path, new { product_slug = product.GetProperty("slug").GetString() }, key: MerchandisingFixture.Storefront);

    private async Task<string> CreateBundleAsync(JsonElement primary, JsonElement part)
    {
        var slug = $"b-{Guid.CreateVersion7():N}";
        var created = await _shop.SendAsync(HttpMethod.Post, "/api/v1/catalog/bundles", new
        {
            primaryProductSlug = primary.GetProperty("slug").GetString(),
            bundleSlug = slug,
            title = "A bundle",
            components = new[] { new { slug = part.GetProperty("slug").GetString() } },
        });
        Assert.That(created.Status, Is.EqualTo(201), created.Text);
        return slug;
    }

    private static object Line(JsonElement product) => new
    {
        product_id = product.GetProperty("id").GetString(),
        product_title = "A product",
        unit_price = 10,
        total_price = 10,
    };

    private static IEnumerable<string?> Slugs(Call call) =>
        call.Json.GetProperty("recommendations").EnumerateArray().Select(bundle => bundle.GetProperty("slug").GetString());

    private static string? Layer(Call call) => call.Json.GetProperty("cache_layer").GetString();

    private static decimal Number(string text) => decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
