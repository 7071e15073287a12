using System.Text.Json;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Checkout;

/// <summary>What somebody reports about a checkout.</summary>
/// <param name="ExpectedStage">Only if the checkout stands there.</param>
/// <param name="ExpectedVersion">Only if the checkout has not changed since it was read.</param>
public sealed record CheckoutUpdate(
    string Stage,
    string Status,
    string? Note,
    JsonElement? Payload,
    DateTimeOffset? NextActionAt,
    JsonElement? MetadataPatch,
    string? ExpectedStage,
    int? ExpectedVersion)
{
    private const int MaxJson = 16 * 1024;

    public static CheckoutUpdate Read(Fields fields) => new(
        fields.RequiredLabel("stage", CheckoutStage.All),
        fields.RequiredLabel("status", CheckoutStatus.All),
        fields.Text("note", 0, 2000),
        Limited(fields, "payload", null),
        fields.Instant("nextActionAt", also: "next_action_at"),
        Limited(fields, "metadataPatch", "metadata_patch"),
        fields.Label("expectedStage", CheckoutStage.All, also: "expected_stage"),
        fields.Integer("expectedVersion", 1, also: "expected_version"));

    private static JsonElement? Limited(Fields fields, string name, string? also)
    {
        var value = fields.Object(name, also);
        if (value?.GetRawText().Length > MaxJson)
        {
            fields.Error(name, $"At most {MaxJson} characters are allowed.", "too_long");
        }

        return value;
    }
}
