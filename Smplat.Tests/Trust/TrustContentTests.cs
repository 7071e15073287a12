using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Smplat.Tests.Trust;

[Parallelizable(ParallelScope.All)]
public sealed class TrustContentTests
{
    private const string Secret = "local-payload-secret";

    [TestCase(null)]
    [TestCase("")]
    [TestCase("local-payload-secreT")]
    public async Task A_message_without_the_secret_is_refused_before_it_is_read(string? signature)
    {
        await using var trust = await TrustFixture.StartAsync();

        var answer = await SendAsync(trust, "not even JSON", signature);

        Assert.That((int)answer.StatusCode, Is.EqualTo(401));
        Assert.That(await trust.Rows.ScalarAsync<long>("select count(*) from checkout_trust_experiences where slug = 'page'"), Is.Zero);
    }

    [Test]
    public async Task Without_a_configured_secret_every_signature_is_refused()
    {
        await using var trust = await TrustFixture.StartAsync(new() { ["PAYLOAD_REVALIDATE_SECRET"] = "" });

        Assert.That((int)(await SendAsync(trust, Message("page", "Hello"), "")).StatusCode, Is.EqualTo(503));
    }

    [Test]
    public async Task Draft_and_published_versions_are_kept_apart()
    {
        await using var trust = await TrustFixture.StartAsync();
        Assert.That(await StatusAsync(trust, Message("page", "Published", "2026-01-01T00:00:00Z")), Is.EqualTo("stored"));
        Assert.That(await StatusAsync(trust, Message("page", "Draft", "2026-01-02T00:00:00Z", "draft")), Is.EqualTo("stored"));

        Assert.That(await HeadlineAsync(trust, "page"), Is.EqualTo("Published"));
        Assert.That(await HeadlineAsync(trust, "page?draft=true"), Is.EqualTo("Draft"));
    }

    [Test]
    public async Task A_late_or_repeated_message_changes_nothing()
    {
        await using var trust = await TrustFixture.StartAsync();
        await StatusAsync(trust, Message("page", "Newer", "2026-01-02T00:00:00Z"));

        Assert.That(await StatusAsync(trust, Message("page", "Older", "2026-01-01T00:00:00Z")), Is.EqualTo("outdated"));
        Assert.That(await HeadlineAsync(trust, "page"), Is.EqualTo("Newer"));

        Assert.That(await StatusAsync(trust, Deletion("page", "2026-01-02T00:00:00Z")), Is.EqualTo("deleted"));
        Assert.That(await StatusAsync(trust, Message("page", "Newer", "2026-01-02T00:00:00Z")), Is.EqualTo("outdated"));
        Assert.That(await HeadlineAsync(trust, "page"), Is.Null);
        Assert.That(await StatusAsync(trust, Message("page", "Anew", "2026-01-03T00:00:00Z")), Is.EqualTo("stored"));
        Assert.That(await HeadlineAsync(trust, "page"), Is.EqualTo("Anew"));
    }

    [Test]
    public async Task Environments_have_separate_documents_and_a_renamed_document_leaves_its_old_slug()
    {
        await using var trust = await TrustFixture.StartAsync();
        await StatusAsync(trust, Message("page", "Here", "2026-01-01T00:00:00Z"));
        await StatusAsync(trust, Message("page", "There", "2026-01-01T00:00:00Z", environment: "production"));
        Assert.That(await HeadlineAsync(trust, "page"), Is.EqualTo("Here"));
        Assert.That(await HeadlineAsync(trust, "page?environment=production"), Is.EqualTo("There"));

        var renamed = JsonSerializer.Serialize(new
        {
            collection = "checkout-trust-experiences",
            doc = Document("elsewhere", "Moved", "2026-01-05T00:00:00Z", "published", "development"),
            previousDoc = Document("page", "Here", "2026-01-01T00:00:00Z", "published", "development"),
        });
        Assert.That(await StatusAsync(trust, renamed), Is.EqualTo("stored"));
        Assert.That(await HeadlineAsync(trust, "elsewhere"), Is.EqualTo("Moved"));
        Assert.That(await HeadlineAsync(trust, "page"), Is.Null);
        Assert.That(await HeadlineAsync(trust, "page?environment=production"), Is.EqualTo("There"));
    }

    [Test]
    public async Task Another_collection_is_ignored()
    {
        await using var trust = await TrustFixture.StartAsync();

        Assert.That(await StatusAsync(trust, """{"collection":"pages","doc":{"id":1}}"""), Is.EqualTo("ignored"));
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("nonsense")]
    [TestCase("""{"collection":"checkout-trust-experiences"}""")]
    [TestCase("""{"collection":"checkout-trust-experiences","doc":7}""")]
    [TestCase("""{"collection":"checkout-trust-experiences","doc":{"slug":""}}""")]
    [TestCase("""{"collection":"checkout-trust-experiences","doc":{"slug":"a","environment":"moon"}}""")]
    [TestCase("""{"collection":"checkout-trust-experiences","doc":{"slug":"a","name":"\u0000"}}""")]
    [TestCase("""{"collection":"checkout-trust-experiences","doc":{"slug":"a","name":"\ud800"}}""")]
    [TestCase("""{"collection":"checkout-trust-experiences","doc":{"slug":"\ud800"}}""")]
    [TestCase("""{"collection":"checkout-trust-experiences","doc":{"slug":"a","\ud800":1}}""")]
    public async Task An_invalid_message_is_refused(string body)
    {
        await using var trust = await TrustFixture.StartAsync();

        var answer = await SendAsync(trust, body, Secret);

        Assert.That((int)answer.StatusCode, Is.EqualTo(422), await answer.Content.ReadAsStringAsync());
    }

    internal static async Task<string?> StatusAsync(TrustFixture trust, string message)
    {
        var answer = await SendAsync(trust, message, Secret);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That((int)answer.StatusCode, Is.EqualTo(200), text);
        return JsonDocument.Parse(text).RootElement.GetProperty("status").GetString();
    }

    internal static async Task<HttpResponseMessage> SendAsync(TrustFixture trust, string body, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/trust/content")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        if (signature is not null)
        {
            request.Headers.TryAddWithoutValidation("x-payload-signature", signature);
        }

        return await trust.App.Client.SendAsync(request);
    }

    private static async Task<string?> HeadlineAsync(TrustFixture trust, string pathAndQuery)
    {
        var answer = await trust.App.Client.GetAsync($"/api/v1/trust/experiences/{pathAndQuery}");
        return (int)answer.StatusCode == 404
            ? null
            : (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("guaranteeHeadline").GetString();
    }

    private static string Message(
        string slug, string headline, string? updatedAt = null, string status = "published", string environment = "development") =>
        JsonSerializer.Serialize(new
        {
            collection = "checkout-trust-experiences",
            doc = Document(slug, headline, updatedAt, status, environment),
        });

    private static string Deletion(string slug, string updatedAt) => JsonSerializer.Serialize(new
    {
        collection = "checkout-trust-experiences",
        doc = (object?)null,
        previousDoc = Document(slug, "", updatedAt, "published", "development"),
    });

    private static object Document(string slug, string headline, string? updatedAt, string status, string environment) => new
    {
        id = "document-1",
        slug,
        name = "Page",
        environment,
        guaranteeHeadline = headline,
        updatedAt,
        _status = status,
    };
}
