using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Jobs;
using Smplat.Tests.Support;

namespace Smplat.Tests.Merchandising;

/// <summary>Uploads to a real Azurite, as a browser makes them: what is attached is what was declared, and the rest goes.</summary>
[Parallelizable]
public sealed class AssetTests
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Enumerable.Range(0, 500).Select(n => (byte)(n % 256))];

    private readonly string _container = $"assets-{Guid.NewGuid():N}";
    private readonly HttpClient _browser = new(new SocketsHttpHandler { UseProxy = false });
    private MerchandisingFixture _shop = null!;
    private BlobContainerClient _blobs = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var azurite = await TestAzurite.GetAsync();
        _blobs = new BlobContainerClient(azurite.ConnectionString, _container);
        _shop = await MerchandisingFixture.StartAsync(
            ("AzureWebJobsStorage", azurite.ConnectionString), ("ASSET_BUCKET", _container), ("ASSET_MAX_BYTES", "100000"));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _browser.Dispose();
        await (_shop?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Test]
    public async Task An_upload_becomes_an_asset_of_its_product()
    {
        var product = await _shop.CreateProductAsync();
        var upload = await UploadAsync(Png, "Hero Bild (1).PNG");
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Png));

        var added = await AttachAsync(product, upload, "1", new { checksum, label = "Hero", isPrimary = true, usageTags = new[] { "hero" } });
        var detail = (await _shop.GetAsync($"/api/v1/products/{Text(product, "slug")}")).Json;
        var asset = detail.GetProperty("mediaAssets")[0];
        var entry = (await _shop.GetAsync($"/api/v1/products/{Text(product, "id")}/audit")).Json[0];

        Assert.Multiple(() =>
        {
            Assert.That((added.Status, added.Tag), Is.EqualTo((201, "\"2\"")), added.Text);
            Assert.That(Text(upload, "storageKey"), Does.Match(@"^product-media/\d{4}-\d\d-\d\d/[0-9a-f-]{36}-hero-bild-1-.png$"));
            Assert.That(Text(asset, "checksum"), Is.EqualTo(checksum));
            Assert.That(Text(asset, "contentType"), Is.EqualTo("image/png"));
            Assert.That(asset.GetProperty("contentLength").GetInt64(), Is.EqualTo(Png.Length));
            Assert.That(asset.GetProperty("isPrimary").GetBoolean(), Is.True);
            Assert.That(detail.GetProperty("version").GetInt64(), Is.EqualTo(2));
            Assert.That(Text(entry, "action"), Is.EqualTo("asset_added"));
            Assert.That(entry.GetProperty("metadata").GetProperty("asset").GetProperty("storage_key").GetString(), Is.EqualTo(Text(upload, "storageKey")));
        });
    }

    [Test]
    public async Task An_address_makes_one_blob_and_never_changes_it()
    {
        var upload = await RequestAsync(Png.Length, "a.png");

        using var first = await PutAsync(upload, Png);
        using var second = await PutAsync(upload, [.. Png, 1]);
        using var read = await _browser.GetAsync(Text(upload, "uploadUrl"));
        using var elsewhere = await PutAsync(upload, Png, Text(upload, "uploadUrl").Replace("a.png", "b.png", StringComparison.Ordinal));

        Assert.Multiple(() =>
        {
            Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.Created));
            Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(elsewhere.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        });
        Assert.That((await _blobs.GetBlobClient(Text(upload, "storageKey")).GetPropertiesAsync()).Value.ContentLength, Is.EqualTo(Png.Length));
    }

    [Test]
    public async Task What_differs_from_what_was_declared_is_not_attached()
    {
        var product = await _shop.CreateProductAsync();
        var length = await UploadAsync(Png, "a.png", declared: 17);
        var notPng = await UploadAsync("<html>"u8.ToArray(), "a.png");
        var otherType = await UploadAsync(Png, "a.png", sentType: "image/jpeg");
        var good = await UploadAsync(Png, "a.png");
        var pending = await RequestAsync(Png.Length, "a.png");

        var calls = new[]
        {
            await AttachAsync(product, length, "1"),
            await AttachAsync(product, notPng, "1"),
            await AttachAsync(product, otherType, "1"),
            await AttachAsync(product, good, "1", new { checksum = new string('0', 64) }),
            await AttachAsync(product, pending, "1"),
            await AttachAsync(product, good, "1", key: "product-media/2026-01-01/unknown.png"),
        };

        Assert.That(calls.Select(call => call.Status), Is.All.EqualTo(409));
        Assert.That(calls.Select(call => call.Code), Is.EqualTo(new[]
        {
            "merchandising.upload_differs", "merchandising.upload_differs", "merchandising.upload_differs", "merchandising.upload_differs",
            "merchandising.upload_missing", "merchandising.upload_gone",
        }));
        Assert.That(calls[3].Text, Does.Contain("checksum"));
        var detail = (await _shop.GetAsync($"/api/v1/products/{Text(product, "slug")}")).Json;
        Assert.That((detail.GetProperty("mediaAssets").GetArrayLength(), detail.GetProperty("version").GetInt64()), Is.EqualTo((0, 1L)));
        Assert.That((await AttachAsync(product, good, "1")).Status, Is.EqualTo(201), "the good one can still be attached");
    }

    [Test]
    public async Task A_file_that_is_too_large_is_refused_before_and_after_its_upload()
    {
        var product = await _shop.CreateProductAsync();

        var before = await _shop.SendAsync(
            HttpMethod.Post, "/api/merchandising/products/upload-url", new { fileName = "a.png", contentLength = 100_001 });
        var unstated = await UploadAsync([.. Png, .. new byte[100_000]], "a.png", declared: null);
        var after = await AttachAsync(product, unstated, "1");

        Assert.That((before.Status, before.Code), Is.EqualTo((400, "merchandising.media_too_large")));
        Assert.That((after.Status, after.Code), Is.EqualTo((400, "merchandising.media_too_large")));
    }

    [TestCase("page.html", null)]
    [TestCase("drawing.svg", "image/svg+xml")]
    [TestCase("noextension", null)]
    public async Task Only_known_types_are_taken(string fileName, string? contentType)
    {
        var call = await _shop.SendAsync(HttpMethod.Post, "/api/merchandising/products/upload-url", new { fileName, contentType });

        Assert.That((call.Status, call.Code), Is.EqualTo((400, "merchandising.unsupported_media")));
    }

    [Test]
    public async Task An_upload_is_attached_once()
    {
        var (one, other) = (await _shop.CreateProductAsync(), await _shop.CreateProductAsync());
        var upload = await UploadAsync(Png, "a.png");

        var calls = await Task.WhenAll(AttachAsync(one, upload, "1"), AttachAsync(other, upload, "1"));

        Assert.That(calls.Select(call => call.Status), Is.EquivalentTo(new[] { 201, 409 }));
    }

    [Test]
    public async Task A_product_has_one_primary_asset()
    {
        var product = await _shop.CreateProductAsync();
        for (var version = 1; version <= 2; version++)
        {
            var call = await _shop.SendAsync(
                HttpMethod.Post,
                $"/api/v1/products/{Text(product, "id")}/assets",
                new { assetUrl = $"https://cdn.example.com/{version}.png", isPrimary = true },
                ifMatch: $"{version}");
            Assert.That(call.Status, Is.EqualTo(201), call.Text);
        }

        var assets = (await _shop.GetAsync($"/api/v1/products/{Text(product, "slug")}")).Json.GetProperty("mediaAssets").EnumerateArray();

        Assert.That(assets.Select(asset => asset.GetProperty("isPrimary").GetBoolean()), Is.EqualTo(new[] { false, true }));
    }

    [Test]
    public async Task Writes_of_media_are_conditional_too()
    {
        var product = await _shop.CreateProductAsync();
        var path = $"/api/v1/products/{Text(product, "id")}/assets";
        var body = new { assetUrl = "https://cdn.example.com/a.png" };

        var without = await _shop.SendAsync(HttpMethod.Post, path, body);
        var stale = await _shop.SendAsync(HttpMethod.Post, path, body, ifMatch: "9");
        var asset = (await _shop.SendAsync(HttpMethod.Post, path, body, ifMatch: "1")).Json;
        var staleRemoval = await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/assets/{Text(asset, "id")}", ifMatch: "1");

        Assert.That((without.Status, stale.Status, staleRemoval.Status), Is.EqualTo((428, 412, 412)));
        Assert.That(staleRemoval.Json.GetProperty("current").GetProperty("mediaAssets").GetArrayLength(), Is.EqualTo(1));
    }

    [Test]
    public async Task Restoring_an_entry_about_media_leaves_a_whole_product()
    {
        var product = await _shop.CreateProductAsync();
        var asset = (await AttachAsync(product, await UploadAsync(Png, "a.png"), "1")).Json;
        await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/assets/{Text(asset, "id")}", ifMatch: "2");
        var removal = (await _shop.GetAsync($"/api/v1/products/{Text(product, "id")}/audit")).Json[0];

        var restored = await _shop.SendAsync(HttpMethod.Post, $"/api/v1/products/audit/{Text(removal, "id")}/restore", ifMatch: "3");

        Assert.That((restored.Status, Text(removal, "action")), Is.EqualTo((200, "asset_removed")));
        Assert.That((Text(restored.Json, "title"), Text(restored.Json, "category")), Is.EqualTo(("A product", "content")));
    }

    [Test]
    public async Task Blobs_that_no_product_needs_are_deleted_after_a_while()
    {
        var product = await _shop.CreateProductAsync();
        var (kept, removed, forgotten) = (await UploadAsync(Png, "kept.png"), await UploadAsync(Png, "removed.png"), await UploadAsync(Png, "forgotten.png"));
        var fresh = await UploadAsync(Png, "fresh.png");
        await AttachAsync(product, kept, "1");
        var asset = (await AttachAsync(product, removed, "2")).Json;
        var gone = await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/assets/{Text(asset, "id")}", ifMatch: "3");
        var again = await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/assets/{Text(asset, "id")}", ifMatch: "3");
        await _shop.Database.ExecuteAsync(
            $"update product_asset_upload set created_at = created_at - interval '2 hours' where storage_key <> '{Text(fresh, "storageKey")}'");

        await RunCleanupAsync();

        Assert.That((gone.Status, again.Status), Is.EqualTo((204, 204)));
        Assert.Multiple(async () =>
        {
            Assert.That(await IsThereAsync(kept), Is.True);
            Assert.That(await IsThereAsync(fresh), Is.True);
            Assert.That(await IsThereAsync(removed), Is.False);
            Assert.That(await IsThereAsync(forgotten), Is.False);
        });
        Assert.That((await AttachAsync(product, forgotten, "4")).Code, Is.EqualTo("merchandising.upload_gone"));
    }

    [Test]
    public async Task Media_go_with_their_product()
    {
        var product = await _shop.CreateProductAsync();
        var upload = await UploadAsync(Png, "a.png");
        await AttachAsync(product, upload, "1");
        Assert.That((await _shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/{Text(product, "id")}", ifMatch: "2")).Status, Is.EqualTo(204));
        await _shop.Database.ExecuteAsync(
            $"update product_asset_upload set created_at = created_at - interval '2 hours' where storage_key = '{Text(upload, "storageKey")}'");

        await RunCleanupAsync();

        Assert.That(await IsThereAsync(upload), Is.False);
    }

    [Test]
    public async Task Without_a_storage_an_upload_is_unavailable_and_nothing_is_left()
    {
        await using var shop = await MerchandisingFixture.StartAsync(("AzureWebJobsStorage", ""));

        var call = await shop.SendAsync(HttpMethod.Post, "/api/merchandising/products/upload-url", new { fileName = "a.png" });

        Assert.That((call.Status, call.Code), Is.EqualTo((503, "merchandising.storage_unavailable")));
        Assert.That(call.Text, Does.Contain("AzureWebJobsStorage"));
        Assert.That(await shop.Database.ReadAsync<long>("select count(*) from product_asset_upload"), Is.Zero);
    }

    private async Task RunCleanupAsync() =>
        await _shop.App.Services.GetRequiredService<JobRegistry>().Find("asset-cleanup")!.RunAsync(
            new JobRun(Guid.NewGuid(), "test", 1, TimeProvider.System.GetUtcNow()), CancellationToken.None);

    private async Task<bool> IsThereAsync(JsonElement upload) => await _blobs.GetBlobClient(Text(upload, "storageKey")).ExistsAsync();

    private async Task<JsonElement> RequestAsync(long? length, string fileName)
    {
        var call = await _shop.SendAsync(HttpMethod.Post, "/api/merchandising/products/upload-url", new { fileName, contentLength = length });
        Assert.That(call.Status, Is.EqualTo(201), call.Text);
        return call.Json;
    }

    private async Task<JsonElement> UploadAsync(byte[] bytes, string fileName, long? declared = -1, string? sentType = null)
    {
        var upload = await RequestAsync(declared == -1 ? bytes.Length : declared, fileName);
        using var answer = await PutAsync(upload, bytes, sentType: sentType);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        return upload;
    }

    private async Task<HttpResponseMessage> PutAsync(JsonElement upload, byte[] bytes, string? url = null, string? sentType = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, url ?? Text(upload, "uploadUrl")) { Content = new ByteArrayContent(bytes) };
        foreach (var header in upload.GetProperty("headers").EnumerateObject())
        {
            if (header.Name == "Content-Type")
            {
                request.Content.Headers.ContentType = new MediaTypeHeaderValue(sentType ?? header.Value.GetString()!);
            }
            else
            {
                request.Headers.Add(header.Name, header.Value.GetString());
            }
        }

        return await _browser.SendAsync(request);
    }

    private Task<Call> AttachAsync(JsonElement product, JsonElement upload, string version, object? more = null, string? key = null)
    {
        var body = new Dictionary<string, object?>
        {
            ["assetUrl"] = Text(upload, "assetUrl"),
            ["storageKey"] = key ?? Text(upload, "storageKey"),
        };
        foreach (var property in more?.GetType().GetProperties() ?? [])
        {
            body[property.Name] = property.GetValue(more);
        }

        return _shop.SendAsync(HttpMethod.Post, $"/api/v1/products/{Text(product, "id")}/assets", body, ifMatch: version);
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;
}
