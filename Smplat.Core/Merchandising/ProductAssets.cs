using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Merchandising;

/// <summary>Where uploaded media are kept: a port, because Core knows no cloud.</summary>
public interface IAssetStorage
{
    /// <summary>An address at which a browser may create this one blob, and nothing else, until the time is over.</summary>
    /// <exception cref="AssetStorageException">The storage is not configured or does not answer.</exception>
    Task<UploadAddress> SignUploadAsync(string storageKey, string contentType, TimeSpan validity, CancellationToken cancellationToken);

    /// <summary>Reads a blob to its end.</summary>
    /// <param name="maxBytes">A larger one is reported by its size and not read.</param>
    /// <returns>Null when there is no such blob.</returns>
    /// <exception cref="AssetStorageException">The storage is not configured or does not answer.</exception>
    Task<StoredBlob?> InspectAsync(string storageKey, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; one that is gone is fine.</summary>
    /// <exception cref="AssetStorageException">The storage is not configured or does not answer.</exception>
    Task DeleteAsync(string storageKey, CancellationToken cancellationToken);
}

/// <param name="UploadUrl">With a signature; whoever has it can upload until it expires.</param>
/// <param name="AssetUrl">Where the blob can be read later.</param>
/// <param name="Headers">To be sent with the upload.</param>
public sealed record UploadAddress(Uri UploadUrl, Uri AssetUrl, DateTimeOffset ExpiresAt, IReadOnlyDictionary<string, string> Headers);

/// <param name="Checksum">SHA-256 in lower-case hex; empty for a blob that is too large.</param>
/// <param name="Beginning">The first bytes, by which the type is recognised.</param>
public sealed record StoredBlob(string ContentType, long ContentLength, string Checksum, ReadOnlyMemory<byte> Beginning, Uri AssetUrl);

/// <summary>The storage of media is not configured or does not answer.</summary>
public sealed class AssetStorageException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Stands in for the storage where none is registered, as on the command line.</summary>
internal sealed class NoAssetStorage : IAssetStorage
{
    public Task<UploadAddress> SignUploadAsync(string storageKey, string contentType, TimeSpan validity, CancellationToken cancellationToken) =>
        throw Missing();

    public Task<StoredBlob?> InspectAsync(string storageKey, long maxBytes, CancellationToken cancellationToken) => throw Missing();

    public Task DeleteAsync(string storageKey, CancellationToken cancellationToken) => throw Missing();

    private static AssetStorageException Missing() => new("No storage for media is configured.");
}

/// <summary>A request for an upload address.</summary>
/// <param name="ContentType">Null takes it from the file's extension.</param>
/// <param name="ContentLength">Null when the caller does not know it.</param>
public sealed record RequestUpload(string FileName, string? ContentType, int? ContentLength)
{
    public static RequestUpload Read(Fields fields) => new(
        fields.RequiredText("fileName", max: 255, isFilled: true),
        fields.Text("contentType", 1, 100),
        fields.Integer("contentLength", 1));
}

/// <summary>A request to add media to a product.</summary>
public sealed record AddAsset
{
    public required string AssetUrl { get; init; }

    public string? Label { get; init; }

    /// <summary>Of an upload; null for media that is stored elsewhere.</summary>
    public string? StorageKey { get; init; }

    public string? ClientId { get; init; }

    public int DisplayOrder { get; init; }

    public bool IsPrimary { get; init; }

    public IReadOnlyList<string> UsageTags { get; init; } = [];

    public string? AltText { get; init; }

    /// <summary>SHA-256 in hex.</summary>
    public string? Checksum { get; init; }

    public JsonElement? Metadata { get; init; }

    public static AddAsset Read(Fields fields) => new()
    {
        AssetUrl = ReadUrl(fields),
        Label = fields.Text("label", 1, 150),
        StorageKey = fields.Text("storageKey", 1, 512),
        ClientId = fields.Text("clientId", 1, 64),
        DisplayOrder = fields.Integer("displayOrder", 0) ?? 0,
        IsPrimary = fields.Flag("isPrimary") ?? false,
        UsageTags = fields.Texts("usageTags", 20, 50),
        AltText = fields.Text("altText", 0, 512),
        Checksum = fields.Text("checksum", 1, 128),
        Metadata = ProductContent.ReadObject(fields, "metadata"),
    };

    private static string ReadUrl(Fields fields)
    {
        var url = fields.WebAddress("assetUrl", 1024);
        if (url is null && !fields.Has("assetUrl"))
        {
            fields.Error("assetUrl", "A value is required.", "missing");
        }

        fields.Describe("assetUrl", isNeeded: true);
        return url ?? "";
    }
}

/// <summary>One picture, video or document of a product.</summary>
public sealed record ProductAsset
{
    public required Guid Id { get; init; }

    public Guid? ProductId { get; init; }

    public string? Label { get; init; }

    public required string AssetUrl { get; init; }

    public string? StorageKey { get; init; }

    public string? ClientId { get; init; }

    public int DisplayOrder { get; init; }

    public bool IsPrimary { get; init; }

    /// <summary>JSON list.</summary>
    public string UsageTags { get; init; } = "[]";

    public string? AltText { get; init; }

    public string? Checksum { get; init; }

    public string? ContentType { get; init; }

    public long? ContentLength { get; init; }

    /// <summary>JSON object.</summary>
    public string Metadata { get; init; } = "{}";

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>An address for an upload.</summary>
public sealed record UploadTicket(string StorageKey, UploadAddress Address);

/// <summary>The outcome of a request about media.</summary>
public abstract record AssetOutcome
{
    private AssetOutcome()
    {
    }

    public sealed record Signed(UploadTicket Ticket) : AssetOutcome;

    /// <param name="Version">The product's version with this asset.</param>
    public sealed record Added(ProductAsset Asset, long Version) : AssetOutcome;

    /// <summary>The asset is gone, perhaps since long.</summary>
    public sealed record Removed : AssetOutcome;

    public sealed record Stale(Product Current) : AssetOutcome;

    public sealed record Refused(Refusal Refusal) : AssetOutcome;
}

/// <summary>
/// Media of products. A browser uploads straight to the storage, at an address that is good for one new blob. The blob becomes
/// an asset only when its type, size and checksum are those that were declared; whatever is never attached is deleted later by
/// <see cref="AssetCleanupJob"/>. The bytes cannot change after the check, since the address creates and never overwrites.
/// </summary>
public sealed class ProductAssets(
    NpgsqlDataSource database,
    ProductAssetStore assets,
    ProductStore products,
    ProductAuditStore audit,
    IAssetStorage storage,
    IOptionsMonitor<MerchandisingOptions> options,
    TimeProvider clock)
{
    private const int MaxAssets = 100;

    public async Task<AssetOutcome> RequestUploadAsync(RequestUpload command, Editor editor, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if ((command.ContentType ?? MediaType.OfFile(command.FileName)) is not { } contentType || !MediaType.IsAllowed(contentType))
        {
            return new AssetOutcome.Refused(new UnsupportedMedia(command.ContentType ?? command.FileName));
        }

        if (command.ContentLength > settings.MaxBytes)
        {
            return new AssetOutcome.Refused(new MediaTooLarge(command.ContentLength.Value, settings.MaxBytes));
        }

        var now = clock.GetUtcNow();
        var key = UploadKey.Create(settings.UploadPrefix, command.FileName, now);
        try
        {
            var type = MediaType.Normalize(contentType);
            var address = await storage.SignUploadAsync(key, type, TimeSpan.FromSeconds(settings.UploadExpirySeconds), cancellationToken);
            // Nobody has the address before its row is there, so every blob can be cleaned up.
            await assets.AddUploadAsync(key, type, command.ContentLength, editor.Name, now, cancellationToken);
            return new AssetOutcome.Signed(new(key, address));
        }
        catch (AssetStorageException exception)
        {
            return new AssetOutcome.Refused(new StorageUnavailable(exception.Message));
        }
    }

    public async Task<AssetOutcome> AddAsync(
        Guid productId, AddAsset command, ExpectedVersion expected, Editor editor, CancellationToken cancellationToken)
    {
        StoredBlob? blob = null;
        if (command.StorageKey is { } key)
        {
            // Before the transaction, because no transaction stays open over a call to the outside.
            var (refusal, found) = await VerifyAsync(key, command, cancellationToken);
            if (refusal is not null)
            {
                return new AssetOutcome.Refused(refusal);
            }

            blob = found;
        }

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await products.LockAsync(productId, transaction, cancellationToken) is not { } product)
        {
            return new AssetOutcome.Refused(new ProductNotFound());
        }

        if (!expected.Matches(product.Version))
        {
            return new AssetOutcome.Stale(product);
        }

        if (await assets.CountAsync(productId, transaction, cancellationToken) >= MaxAssets)
        {
            return new AssetOutcome.Refused(new TooManyAssets(MaxAssets));
        }

        var now = clock.GetStoredNow();
        if (command.StorageKey is not null && !await assets.AttachUploadAsync(command.StorageKey, now, transaction, cancellationToken))
        {
            return new AssetOutcome.Refused(new UploadGone(command.StorageKey));
        }

        var asset = Draft(productId, command, blob, now);
        await assets.InsertAsync(asset, transaction, cancellationToken);
        var saved = await RecordAsync(product, asset, ProductAction.AssetAdded, editor, now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new AssetOutcome.Added(asset, saved.Version);
    }

    /// <summary>Removing twice is fine. The blob is deleted by the cleanup.</summary>
    public async Task<AssetOutcome> RemoveAsync(
        Guid assetId, ExpectedVersion expected, Editor editor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await assets.FindAsync(assetId, transaction, cancellationToken) is not { ProductId: { } productId }
            || await products.LockAsync(productId, transaction, cancellationToken) is not { } product)
        {
            return new AssetOutcome.Removed();
        }

        if (!expected.Matches(product.Version))
        {
            return new AssetOutcome.Stale(product);
        }

        var now = clock.GetStoredNow();
        if (await assets.DeleteAsync(assetId, now, transaction, cancellationToken) is { } asset)
        {
            await RecordAsync(product, asset, ProductAction.AssetRemoved, editor, now, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new AssetOutcome.Removed();
    }

    /// <summary>The media of a product in their display order.</summary>
    public Task<IReadOnlyList<ProductAsset>> ListAsync(Guid productId, CancellationToken cancellationToken) =>
        assets.ListAsync(productId, cancellationToken);

    private async Task<(Refusal? Refusal, StoredBlob? Blob)> VerifyAsync(string key, AddAsset command, CancellationToken cancellationToken)
    {
        if (await assets.FindUploadAsync(key, cancellationToken) is not { AbandonedAt: null } upload)
        {
            return (new UploadGone(key), null);
        }

        if (upload.AttachedAt is not null)
        {
            return (new UploadAttached(key), null);
        }

        try
        {
            return await storage.InspectAsync(key, options.CurrentValue.MaxBytes, cancellationToken) is { } blob
                ? (ProblemOf(upload, blob, command), blob)
                : (new UploadMissing(key), null);
        }
        catch (AssetStorageException exception)
        {
            return (new StorageUnavailable(exception.Message), null);
        }
    }

    private Refusal? ProblemOf(AssetUpload upload, StoredBlob blob, AddAsset command) =>
        blob.ContentLength > options.CurrentValue.MaxBytes ? new MediaTooLarge(blob.ContentLength, options.CurrentValue.MaxBytes)
        : upload.ContentLength is { } length && length != blob.ContentLength
            ? new UploadDiffers("size", $"{length} bytes were declared and {blob.ContentLength} arrived")
        : MediaType.Normalize(blob.ContentType) != upload.ContentType || !MediaType.Fits(upload.ContentType, blob.Beginning.Span)
            ? new UploadDiffers("type", $"{upload.ContentType} was declared, and the file is not one")
        : command.Checksum is { } checksum && !checksum.Equals(blob.Checksum, StringComparison.OrdinalIgnoreCase)
            ? new UploadDiffers("checksum", $"the SHA-256 of what arrived is {blob.Checksum}")
        : new Uri(command.AssetUrl) != blob.AssetUrl ? new UploadDiffers("assetUrl", $"the upload is at {blob.AssetUrl}")
        : null;

    private static ProductAsset Draft(Guid productId, AddAsset command, StoredBlob? blob, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        ProductId = productId,
        Label = command.Label,
        AssetUrl = command.AssetUrl,
        StorageKey = command.StorageKey,
        ClientId = command.ClientId,
        DisplayOrder = command.DisplayOrder,
        IsPrimary = command.IsPrimary,
        UsageTags = JsonSerializer.Serialize(command.UsageTags),
        AltText = command.AltText,
        Checksum = blob?.Checksum ?? command.Checksum,
        ContentType = blob is null ? null : MediaType.Normalize(blob.ContentType),
        ContentLength = blob?.ContentLength,
        Metadata = command.Metadata?.GetRawText() ?? "{}",
        CreatedAt = now,
        UpdatedAt = now,
    };

    private async Task<Product> RecordAsync(
        Product product,
        ProductAsset asset,
        string action,
        Editor editor,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        var saved = product with { Version = product.Version + 1, UpdatedAt = now };
        await products.UpdateAsync(saved, transaction, cancellationToken);
        var metadata = JsonSerializer.Serialize(new { asset = new { id = asset.Id, url = asset.AssetUrl, storage_key = asset.StorageKey } });
        await audit.AddAsync(
            ProductChange.From(product.Id, action, product, saved, editor, now) with { Metadata = metadata }, transaction, cancellationToken);
        return saved;
    }
}

/// <summary>The types of media that may be uploaded, recognised by their first bytes. None of them can carry scripts.</summary>
internal static class MediaType
{
    /// <summary>As many bytes as the longest mark needs.</summary>
    public const int BeginningLength = 16;

    private static readonly (string Type, string[] Extensions)[] Types =
    [
        ("image/jpeg", [".jpg", ".jpeg"]), ("image/png", [".png"]), ("image/gif", [".gif"]), ("image/webp", [".webp"]),
        ("image/avif", [".avif"]), ("video/mp4", [".mp4"]), ("application/pdf", [".pdf"]),
    ];

    private static readonly string[] Avif = ["avif", "avis", "mif1"];
    private static readonly string[] Mp4 = ["isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "dash", "M4V "];

    public static IEnumerable<string> Allowed => Types.Select(entry => entry.Type);

    public static bool IsAllowed(string contentType) => Allowed.Contains(Normalize(contentType));

    public static string Normalize(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    public static string? OfFile(string fileName) =>
        Types.FirstOrDefault(entry => entry.Extensions.Contains(Path.GetExtension(fileName).ToLowerInvariant())).Type;

    /// <summary>Whether a file that begins like this can be of the type.</summary>
    public static bool Fits(string contentType, ReadOnlySpan<byte> beginning) => contentType switch
    {
        "image/jpeg" => beginning.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),
        "image/png" => beginning.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        "image/gif" => beginning.StartsWith("GIF87a"u8) || beginning.StartsWith("GIF89a"u8),
        "image/webp" => beginning.Length >= 12 && beginning.StartsWith("RIFF"u8) && beginning[8..12].SequenceEqual("WEBP"u8),
        "image/avif" => IsContainer(beginning) && Avif.Contains(Encoding.ASCII.GetString(beginning[8..12])),
        "video/mp4" => IsContainer(beginning) && Mp4.Contains(Encoding.ASCII.GetString(beginning[8..12])),
        "application/pdf" => beginning.StartsWith("%PDF-"u8),
        _ => false,
    };

    /// <summary>The ISO base media format: a box of type ftyp, then the brand of its content.</summary>
    private static bool IsContainer(ReadOnlySpan<byte> beginning) =>
        beginning.Length >= 12 && beginning[4..8].SequenceEqual("ftyp"u8);
}

/// <summary>Names of uploads: <c>prefix/2026-01-31/uuid-file-name.png</c>.</summary>
internal static class UploadKey
{
    private const int MaxName = 100;

    public static string Create(string prefix, string fileName, DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture, $"{prefix.Trim('/')}/{now.UtcDateTime:yyyy-MM-dd}/{Guid.CreateVersion7(now)}-{Sanitize(fileName)}");

    /// <summary>Only letters, digits, dots and hyphens of ASCII, without the folders; the end is kept, since it has the extension.</summary>
    public static string Sanitize(string fileName)
    {
        var name = fileName.Replace('\\', '/').Split('/')[^1];
        var safe = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            var kept = char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' ? char.ToLowerInvariant(letter) : '-';
            if (kept != '-' || (safe.Length > 0 && safe[^1] != '-'))
            {
                safe.Append(kept);
            }
        }

        var text = safe.ToString().Trim('-', '.');
        text = text.Length > MaxName ? text.Substring(text.Length - MaxName) : text;
        return text.Length == 0 ? "file" : text.TrimStart('-', '.');
    }
}

internal sealed record UnsupportedMedia(string Given) : Invalid(
    "merchandising.unsupported_media", $"\"{Given}\" is not a supported type of media; {string.Join(", ", MediaType.Allowed)} are.");

internal sealed record MediaTooLarge(long Bytes, long MaxBytes) : Invalid(
    "merchandising.media_too_large", $"The file has {Bytes} bytes; at most {MaxBytes} are allowed (ASSET_MAX_BYTES).");

internal sealed record StorageUnavailable(string Reason) : Unavailable("merchandising.storage_unavailable", Reason);

internal sealed record UploadGone(string StorageKey) : Conflict(
    "merchandising.upload_gone", $"{StorageKey} is not an open upload: it is unknown, expired or removed. Ask for a new upload address.");

internal sealed record UploadAttached(string StorageKey) : Conflict(
    "merchandising.upload_attached", $"{StorageKey} is already an asset of a product. Upload the file again to use it twice.");

internal sealed record UploadMissing(string StorageKey) : Conflict(
    "merchandising.upload_missing", $"Nothing was uploaded as {StorageKey} yet.");

internal sealed record UploadDiffers(string What, string How) : Conflict(
    "merchandising.upload_differs", $"The upload differs in its {What}: {How}. Nothing was added; upload it again.");

internal sealed record TooManyAssets(int Max) : Conflict("merchandising.too_many_assets", $"A product has at most {Max} assets.");
