using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Smplat.Cli.Commands;

/// <summary>
/// The checklist of the merchandising console, as calls to a running app. Everything is done to a product of its own in the
/// channel qa, which no shopper sees, and removed at the end, also after a failure.
/// </summary>
internal sealed class CatalogChecks(ApiClient api, bool isQuiet)
{
    private const string Channel = "qa";

    /// <summary>A picture of one pixel.</summary>
    private static readonly byte[] Picture = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    private readonly List<string> _passed = [];

    public IReadOnlyList<string> Passed => _passed;

    /// <returns>The check that failed; null when all passed.</returns>
    public async Task<string?> RunAsync(CancellationToken cancellationToken)
    {
        Element? product = null;
        try
        {
            await CheckListAsync(cancellationToken);
            product = await CreateAsync(cancellationToken);
            product = await CheckStatusAsync(product, cancellationToken);
            product = await CheckConditionsAsync(product, cancellationToken);
            product = await CheckUploadAsync(product, cancellationToken);
            await CheckBundleAsync(product, cancellationToken);
            await CheckRestoreAsync(product, cancellationToken);
            return null;
        }
        catch (CheckFailedException failed)
        {
            return failed.Message;
        }
        finally
        {
            if (product is not null)
            {
                await SendAsync(HttpMethod.Delete, $"/api/v1/products/{product.Id}", null, "*", CancellationToken.None);
            }
        }
    }

    private async Task CheckListAsync(CancellationToken cancellationToken)
    {
        var list = await SendAsync(HttpMethod.Get, "/api/v1/products?status=any", null, null, cancellationToken);
        Check(list.Status == 200 && list.Json.ValueKind == JsonValueKind.Array, "products are listed in every status", list);
        Check(
            list.Json.EnumerateArray().All(row => row.TryGetProperty("basePrice", out _) && row.TryGetProperty("channelEligibility", out _)),
            "each row shows its price and its channels",
            list);
    }

    private async Task<Element> CreateAsync(CancellationToken cancellationToken)
    {
        var slug = $"qa-{Guid.CreateVersion7().ToString("N", CultureInfo.InvariantCulture)}";
        var created = await SendAsync(
            HttpMethod.Post,
            "/api/v1/products",
            new { slug, title = "QA product", category = "qa", basePrice = 10, currency = "EUR", channelEligibility = new[] { Channel } },
            null,
            cancellationToken);
        Check(created.Status == 201, "a product is created", created);
        var product = Element.From(created);
        var hidden = await SendAsync(HttpMethod.Get, $"/api/v1/products/{slug}?channel={Channel}", null, null, cancellationToken);
        return hidden.Status == 404 ? Pass(product, "a draft is not shown") : throw Failed("a draft is not shown", hidden);
    }

    private async Task<Element> CheckStatusAsync(Element product, CancellationToken cancellationToken)
    {
        foreach (var status in (string[])["active", "archived", "active"])
        {
            product = Element.From(await ExpectAsync(
                HttpMethod.Patch, $"/api/v1/products/{product.Id}", new { status }, product.Version, 200, $"it becomes {status}", cancellationToken));
        }

        var audit = await SendAsync(HttpMethod.Get, $"/api/v1/products/{product.Id}/audit", null, null, cancellationToken);
        Check(audit.Status == 200 && audit.Json.GetArrayLength() == 4, "each change of the status is in the history", audit);
        var shown = await SendAsync(HttpMethod.Get, $"/api/v1/products/{product.Slug}?channel={Channel}", null, null, cancellationToken);
        Check(shown.Status == 200, "it is shown in its channel", shown);
        var elsewhere = await SendAsync(HttpMethod.Get, $"/api/v1/products/{product.Slug}?channel=storefront", null, null, cancellationToken);
        Check(elsewhere.Status == 404, "it is not shown in another channel", elsewhere);
        return product;
    }

    private async Task<Element> CheckConditionsAsync(Element product, CancellationToken cancellationToken)
    {
        var path = $"/api/v1/products/{product.Id}";
        var blind = await SendAsync(HttpMethod.Patch, path, new { title = "x" }, null, cancellationToken);
        Check(blind.Status == 428, "a write without a version is refused", blind);
        var stale = await SendAsync(HttpMethod.Patch, path, new { title = "x" }, "\"1\"", cancellationToken);
        Check(stale.Status == 412, "a write of an old version is refused", stale);
        return product;
    }

    private async Task<Element> CheckUploadAsync(Element product, CancellationToken cancellationToken)
    {
        var upload = (await ExpectAsync(
            HttpMethod.Post,
            "/api/merchandising/products/upload-url",
            new { fileName = "qa.png", contentType = "image/png", contentLength = Picture.Length },
            null,
            201,
            "an upload address is given",
            cancellationToken)).Json;
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var put = new HttpRequestMessage(HttpMethod.Put, upload.Text("uploadUrl")) { Content = new ByteArrayContent(Picture) };
        put.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        foreach (var header in upload.GetProperty("headers").EnumerateObject().Where(header => header.Name != "Content-Type"))
        {
            put.Headers.Add(header.Name, header.Value.GetString());
        }

        using var stored = await browser.SendAsync(put, cancellationToken);
        Check(stored.IsSuccessStatusCode, "the file is uploaded", new((int)stored.StatusCode, default));
        var asset = await ExpectAsync(
            HttpMethod.Post,
            $"/api/v1/products/{product.Id}/assets",
            new { assetUrl = upload.Text("assetUrl"), storageKey = upload.Text("storageKey"), checksum = Convert.ToHexStringLower(SHA256.HashData(Picture)) },
            product.Version,
            201,
            "the file becomes an asset",
            cancellationToken);
        var removed = await SendAsync(HttpMethod.Delete, $"/api/v1/products/assets/{asset.Json.Text("id")}", null, "*", cancellationToken);
        Check(removed.Status == 204, "the asset is removed", removed);
        return Element.From(await ExpectAsync(
            HttpMethod.Get, $"/api/v1/products/{product.Slug}", null, null, 200, "the product is read again", cancellationToken));
    }

    private async Task CheckBundleAsync(Element product, CancellationToken cancellationToken)
    {
        const string path = "/api/v1/catalog/bundles";
        var body = new
        {
            primaryProductSlug = product.Slug,
            bundleSlug = $"{product.Slug}-bundle",
            title = "QA bundle",
            components = new[] { new { slug = product.Slug, quantity = 2 } },
            pricing = new { rule = "percent_off", value = 10 },
        };
        var bundle = Element.From(await ExpectAsync(HttpMethod.Post, path, body, null, 201, "a bundle is created", cancellationToken));
        var changed = await SendAsync(HttpMethod.Patch, $"{path}/{bundle.Id}", new { title = "QA bundle 2" }, bundle.Version, cancellationToken);
        var deleted = await SendAsync(HttpMethod.Delete, $"{path}/{bundle.Id}", null, "*", cancellationToken);
        Check(changed.Status == 200, "the bundle is changed", changed);
        Check(deleted.Status == 204, "the bundle is deleted", deleted);
    }

    private async Task CheckRestoreAsync(Element product, CancellationToken cancellationToken)
    {
        await ExpectAsync(HttpMethod.Patch, $"/api/v1/products/{product.Id}", new { title = "Wrong" }, product.Version, 200, "the title is changed", cancellationToken);
        var audit = await SendAsync(HttpMethod.Get, $"/api/v1/products/{product.Id}/audit", null, null, cancellationToken);
        var restored = await SendAsync(
            HttpMethod.Post, $"/api/v1/products/audit/{audit.Json[0].Text("id")}/restore", null, "*", cancellationToken);
        Check(restored.Status == 200 && restored.Json.Text("title") == "QA product", "the history brings the title back", restored);
    }

    private async Task<Reply> ExpectAsync(
        HttpMethod method, string path, object? body, string? ifMatch, int status, string what, CancellationToken cancellationToken)
    {
        var reply = await SendAsync(method, path, body, ifMatch, cancellationToken);
        Check(reply.Status == status, what, reply);
        return reply;
    }

    private async Task<Reply> SendAsync(HttpMethod method, string path, object? body, string? ifMatch, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Actor", "smplat catalog qa");
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var response = await api.AskAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw new HttpRequestException(ApiClient.NoKey);
        }

        var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            return new((int)response.StatusCode, content.Length == 0 ? default : JsonDocument.Parse(content).RootElement);
        }
        catch (JsonException)
        {
            throw new HttpRequestException($"{method} {path} returned a response that is not JSON; does --base-url point to the app?");
        }
    }

    private void Check(bool holds, string what, Reply reply)
    {
        if (!holds)
        {
            throw Failed(what, reply);
        }

        _passed.Add(what);
        if (!isQuiet)
        {
            Console.WriteLine($"[qa] ok {what}");
        }
    }

    private Element Pass(Element product, string what)
    {
        Check(true, what, new(200, default));
        return product;
    }

    private static CheckFailedException Failed(string what, Reply reply) => new(
        $"{what}: the app answered {reply.Status}{(reply.Json.Text("detail") is { Length: > 0 } detail ? $", {detail}" : "")}");

    /// <summary>A product or bundle with its current version.</summary>
    private sealed record Element(string Id, string Slug, string Version)
    {
        public static Element From(Reply reply) => new(reply.Json.Text("id"), reply.Json.Text("slug"), $"\"{reply.Json.Text("version")}\"");
    }

    private sealed record Reply(int Status, JsonElement Json);

    private sealed class CheckFailedException(string message) : Exception(message);
}
