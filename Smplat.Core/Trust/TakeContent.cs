using Smplat.Core.Platform.Input;

namespace Smplat.Core.Trust;

/// <summary>The content system reports that a document was written or deleted.</summary>
/// <param name="Document">The document as it is now; null when it was deleted.</param>
/// <param name="Previous">The document as it was; null when it is new.</param>
public sealed record TakeContent(string Collection, ContentVersion? Document, ContentVersion? Previous, string? RequestId)
{
    public const string Experiences = "checkout-trust-experiences";
    public const int MaxSlug = 120;

    public static readonly string[] Environments = ["development", "test", "production"];

    /// <summary>The collection of which <see cref="Read"/> reads the documents; others are acknowledged only.</summary>
    public static IReadOnlyList<string> Probes { get; } = [$$"""{"collection":"{{Experiences}}"}"""];

    public static TakeContent Read(Fields fields)
    {
        var collection = fields.RequiredText("collection", max: 200);
        var environment = fields.Text("environment", max: 40);
        var requestId = fields.Text("requestId", max: 200);
        if (collection != Experiences)
        {
            return new(collection, null, null, requestId);
        }

        var (document, previous) = (fields.Nested("doc"), fields.Nested("previousDoc"));
        var (documentId, previousId) = (fields.Text("docId", max: 100), fields.Text("previousDocId", max: 100));
        fields.RequireAny(
            document is not null || previous is not null,
            "A document is required, or the previous one for a deletion.",
            "doc",
            "previousDoc");

        return new(
            collection,
            document is null ? null : ContentVersion.Read(document, environment, documentId),
            previous is null ? null : ContentVersion.Read(previous, environment, previousId),
            requestId);
    }
}

/// <summary>One version of a document, with what it is filed under.</summary>
/// <param name="Json">The document as it came.</param>
public sealed record ContentVersion(
    string Environment, string Slug, string? DocumentId, bool IsDraft, DateTimeOffset? UpdatedAt, string Json)
{
    /// <param name="environment">That of the message, for documents that name none.</param>
    internal static ContentVersion Read(Fields fields, string? environment, string? documentId)
    {
        fields.Called("TrustContentDocument", isOpen: true);
        var slug = fields.RequiredText("slug", max: TakeContent.MaxSlug);
        var named = fields.Label("environment", TakeContent.Environments) ?? environment ?? "development";
        if (!TakeContent.Environments.Contains(named))
        {
            fields.Error("environment", "One of development, test, production is expected.", "enum");
        }

        var json = fields.Json.GetRawText();
        if (!fields.Json.HasOnlyWholeTexts())
        {
            fields.Error("slug", "The document holds a text with a NUL character or half a surrogate pair.", "string_unicode");
        }

        return new(
            named,
            slug,
            fields.Json.Text("id") ?? documentId,
            fields.Text("_status", max: 40) == "draft",
            fields.Json.Instant("updatedAt"),
            json);
    }
}
