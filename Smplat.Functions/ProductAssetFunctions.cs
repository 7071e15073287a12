using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>Media of products: uploading, adding and removing them.</summary>
public sealed class ProductAssetFunctions(ProductAssets assets)
{
    [Function("RequestAssetUpload")]
    [RequireKey(KeyScope.Operator)]
    [Operation("An address to which a browser uploads one file", Tag = "Merchandising", Description =
        "PUT the file to uploadUrl with the given headers, then add it to a product with its storageKey and assetUrl.")]
    [JsonBody(typeof(RequestUpload), Example = """{"fileName":"story-kit.png","contentType":"image/png","contentLength":48213}""")]
    [HeaderParameter("X-Actor", Conditions.Actor, MaxLength = Editor.MaxLength)]
    [Answers(201, typeof(UploadAnswer), Naming.Camel)]
    [Answers(400, "The type is not supported, or the file is too large")]
    public async Task<IResult> RequestAssetUploadAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/merchandising/products/upload-url")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RequestUpload.Read, cancellationToken);
        return AnswerOf(await assets.RequestUploadAsync(command, request.Editor(), cancellationToken), []);
    }

    [Function("AddProductAsset")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Add media to a product", Tag = "Merchandising", Description =
        "An upload is added only when its type, its size and its checksum are those that were stated. Media with an assetUrl alone is stored elsewhere and not checked.")]
    [JsonBody(typeof(AddAsset), Example = """{"assetUrl":"https://cdn.example.com/story-kit.png","label":"Front","isPrimary":true,"usageTags":["hero"]}""")]
    [HeaderParameter("If-Match", Conditions.IfMatch, MaxLength = ExpectedVersion.MaxLength)]
    [HeaderParameter("X-Actor", Conditions.Actor, MaxLength = Editor.MaxLength)]
    [Answers(201, typeof(AssetAnswer), Naming.Camel)]
    [Answers(400, "The file is too large")]
    [Answers(404, "No such product")]
    [Answers(409, "The upload is missing, expired or in use, or differs from what was stated")]
    [Answers(412, typeof(StaleProductAnswer), Naming.Camel, Description = "The product has changed since")]
    [Answers(428, "If-Match is missing")]
    public async Task<IResult> AddProductAssetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/products/{productId}/assets")] HttpRequest request,
        string productId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(productId, "product_id");
        var command = await request.ReadAsync(AddAsset.Read, cancellationToken);
        return request.ExpectedVersion() is { } expected
            ? await AnswerAsync(await assets.AddAsync(id, command, expected, request.Editor(), cancellationToken), cancellationToken)
            : Answer.From(new IfMatchMissing());
    }

    [Function("RemoveProductAsset")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Remove media from its product; doing it twice changes nothing", Tag = "Merchandising", Description =
        "If-Match names the version of the product. The uploaded file is deleted later.")]
    [HeaderParameter("If-Match", Conditions.IfMatch, MaxLength = ExpectedVersion.MaxLength)]
    [HeaderParameter("X-Actor", Conditions.Actor, MaxLength = Editor.MaxLength)]
    [Answers(204, "It is removed")]
    [Answers(412, typeof(StaleProductAnswer), Naming.Camel, Description = "The product has changed since")]
    [Answers(428, "If-Match is missing")]
    public async Task<IResult> RemoveProductAssetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "api/v1/products/assets/{assetId}")] HttpRequest request,
        string assetId,
        CancellationToken cancellationToken)
    {
        var id = RouteInput.Guid(assetId, "asset_id");
        return request.ExpectedVersion() is { } expected
            ? await AnswerAsync(await assets.RemoveAsync(id, expected, request.Editor(), cancellationToken), cancellationToken)
            : Answer.From(new IfMatchMissing());
    }

    private async Task<IResult> AnswerAsync(AssetOutcome outcome, CancellationToken cancellationToken) =>
        AnswerOf(outcome, outcome is AssetOutcome.Stale stale ? await assets.ListAsync(stale.Current.Id, cancellationToken) : []);

    private static IResult AnswerOf(AssetOutcome outcome, IReadOnlyList<ProductAsset> current) => outcome switch
    {
        AssetOutcome.Signed signed => Answer.Camel(UploadAnswer.From(signed.Ticket), StatusCodes.Status201Created),
        AssetOutcome.Added added => Answer.Camel(AssetAnswer.From(added.Asset), StatusCodes.Status201Created).WithVersion(added.Version),
        AssetOutcome.Removed => Answer.Empty(),
        AssetOutcome.Stale stale => StaleProductAnswer.Answer(ProductDetailAnswer.From(stale.Current, current)),
        AssetOutcome.Refused refused => Answer.From(refused.Refusal),
        var unknown => throw new InvalidOperationException($"No answer for {unknown}."),
    };
}

/// <summary>Where and how to upload a file.</summary>
/// <param name="UploadUrl">With a signature; whoever has it can upload until it expires.</param>
/// <param name="AssetUrl">Where the file can be read later.</param>
/// <param name="Headers">To be sent with the upload.</param>
public sealed record UploadAnswer(
    Uri UploadUrl, string StorageKey, Uri AssetUrl, DateTimeOffset ExpiresAt, IReadOnlyDictionary<string, string> Headers)
{
    public static UploadAnswer From(UploadTicket ticket) => new(
        ticket.Address.UploadUrl, ticket.StorageKey, ticket.Address.AssetUrl, ticket.Address.ExpiresAt, ticket.Address.Headers);
}

/// <summary>One picture, video or document of a product.</summary>
public sealed record AssetAnswer
{
    public required Guid Id { get; init; }

    public required string? ClientId { get; init; }

    public required string? Label { get; init; }

    public required string AssetUrl { get; init; }

    /// <summary>Null for media that is stored elsewhere.</summary>
    public required string? StorageKey { get; init; }

    public required IReadOnlyList<string> UsageTags { get; init; }

    public required string? AltText { get; init; }

    public required int DisplayOrder { get; init; }

    /// <summary>At most one of a product is.</summary>
    public required bool IsPrimary { get; init; }

    /// <summary>SHA-256 in hex.</summary>
    public required string? Checksum { get; init; }

    public required string? ContentType { get; init; }

    public required long? ContentLength { get; init; }

    public required JsonNode? Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static AssetAnswer From(ProductAsset asset) => new()
    {
        Id = asset.Id,
        ClientId = asset.ClientId,
        Label = asset.Label,
        AssetUrl = asset.AssetUrl,
        StorageKey = asset.StorageKey,
        UsageTags = JsonSerializer.Deserialize<string[]>(asset.UsageTags) ?? [],
        AltText = asset.AltText,
        DisplayOrder = asset.DisplayOrder,
        IsPrimary = asset.IsPrimary,
        Checksum = asset.Checksum,
        ContentType = asset.ContentType,
        ContentLength = asset.ContentLength,
        Metadata = JsonText.Parse(asset.Metadata),
        CreatedAt = asset.CreatedAt,
        UpdatedAt = asset.UpdatedAt,
    };
}
