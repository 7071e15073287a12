using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Trust;

/// <summary>The content system reports that a document was written or deleted.</summary>
/// <param name="Document">The document as it is now; null when it was deleted.</param>
/// <param name="Previous">The document as it was; null when it is new.</param>
public sealed record ReceiveContent(string Collection, ContentVersion? Document, ContentVersion? Previous, string? RequestId)
{
    public const string Experiences = "checkout-trust-experiences";
    public const int MaxSlug = 120;

    public static readonly string[] Environments = ["development", "test", "production"];

    /// <summary>
    /// A body of the one collection whose documents <see cref="Read"/> reads; other collections are only acknowledged.
    /// </summary>
    public static IReadOnlyList<string> Probes { get; } = [$$"""{"collection":"{{Experiences}}"}"""];

    public static ReceiveContent Read(Fields fields)
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
            "A document is required; for a deletion, the previous one.",
            "doc",
            "previousDoc");

        return new(
            collection,
            document is null ? null : ContentVersion.Read(document, environment, documentId),
            previous is null ? null : ContentVersion.Read(previous, environment, previousId),
            requestId);
    }
}

/// <summary>One version of a document, with its key.</summary>
/// <param name="Json">The document as received.</param>
public sealed record ContentVersion(
    string Environment, string Slug, string? DocumentId, bool IsDraft, DateTimeOffset? UpdatedAt, string Json)
{
    /// <param name="environment">The environment of the message, for documents without one.</param>
    internal static ContentVersion Read(Fields fields, string? environment, string? documentId)
    {
        fields.Called("TrustContentDocument", isOpen: true);
        var slug = fields.RequiredText("slug", max: ReceiveContent.MaxSlug);
        var targetEnvironment = fields.Label("environment", ReceiveContent.Environments) ?? environment ?? "development";
        if (!ReceiveContent.Environments.Contains(targetEnvironment))
        {
            fields.Error("environment", "One of development, test, production is expected.", "enum");
        }

        var json = fields.Json.GetRawText();
        if (!fields.Json.HasOnlyStorableText())
        {
            fields.Error("slug", "The document contains text with a NUL character or half a surrogate pair.", "string_unicode");
        }

        return new(
            targetEnvironment,
            slug,
            fields.Json.Text("id") ?? documentId,
            fields.Text("_status", max: 40) == "draft",
            fields.Json.Instant("updatedAt"),
            json);
    }
}

/// <summary>The result of a message from the content system.</summary>
/// <param name="Status"><c>stored</c>, <c>deleted</c>, <c>outdated</c> or <c>ignored</c>.</param>
public sealed record ContentReceipt(string Status, string? Environment = null, string? Slug = null)
{
    public const string Stored = "stored";
    public const string Deleted = "deleted";

    /// <summary>A newer message was received before; this one was late or repeated.</summary>
    public const string Outdated = "outdated";

    /// <summary>The document belongs to another collection.</summary>
    public const string Ignored = "ignored";
}

/// <summary>
/// Stores what the content system sends. A message that arrives twice or late takes effect once and in order.
/// </summary>
public sealed class TrustContentIntake(TrustContentStore store, TimeProvider clock, ILogger<TrustContentIntake> logger)
{
    public async Task<ContentReceipt> TakeAsync(ReceiveContent command, CancellationToken cancellationToken)
    {
        if ((command.Document ?? command.Previous) is not { } version)
        {
            return new(ContentReceipt.Ignored);
        }

        var status = command.Document is null
            ? await DeleteAsync(version, command, cancellationToken)
            : await SaveAsync(version, command, cancellationToken);
        TrustLog.ContentReceived(logger, version.Environment, version.Slug, status);
        return new(status, version.Environment, version.Slug);
    }

    private async Task<string> SaveAsync(ContentVersion version, ReceiveContent command, CancellationToken cancellationToken)
    {
        var movedFrom = command.Previous is { } previous && (previous.Environment, previous.Slug) != (version.Environment, version.Slug)
            ? previous
            : null;
        return await store.SaveAsync(version, movedFrom, command.RequestId, clock.GetUtcNow(), cancellationToken)
            ? ContentReceipt.Stored
            : ContentReceipt.Outdated;
    }

    private async Task<string> DeleteAsync(ContentVersion version, ReceiveContent command, CancellationToken cancellationToken) =>
        await store.DeleteAsync(version, command.RequestId, clock.GetUtcNow(), cancellationToken)
            ? ContentReceipt.Deleted
            : ContentReceipt.Outdated;
}

/// <summary>Who may send content and who may look at the preview.</summary>
public sealed class ContentAuthorization(
    IOptionsMonitor<TrustOptions> options, IOptionsMonitor<RuntimeOptions> runtime, ILogger<ContentAuthorization> logger)
{
    /// <param name="signature">Payload sends the secret itself, not a signature.</param>
    public ContentAccess AuthorizeMessage(string? signature)
    {
        if (options.CurrentValue.PayloadSecret is not { Length: > 0 } secret)
        {
            TrustLog.ContentRefused(logger, "not configured");
            return ContentAccess.NotConfigured;
        }

        if (!SecretText.Same(signature, secret))
        {
            TrustLog.ContentRefused(logger, string.IsNullOrEmpty(signature) ? "missing" : "wrong");
            return ContentAccess.WrongSignature;
        }

        return ContentAccess.Admitted;
    }

    /// <summary>With no token configured, the preview is open in a local run only.</summary>
    public bool AllowsPreview(string? token) => options.CurrentValue.PreviewToken is { Length: > 0 } expected
        ? SecretText.Same(token, expected)
        : runtime.CurrentValue.IsLocal;
}

public enum ContentAccess
{
    Admitted,
    WrongSignature,
    NotConfigured,
}
