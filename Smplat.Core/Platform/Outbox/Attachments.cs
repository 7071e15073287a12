using System.Text;
using System.Text.Json;

namespace Smplat.Core.Platform.Outbox;

/// <summary>The files that go with a message: those of its payload, and the receipt of a payment.</summary>
public static class Attachments
{
    private const int MaxCount = 5;
    private const int MaxBytes = 2 * 1024 * 1024;

    public static IReadOnlyList<MailAttachment> Of(
        MessageKind kind,
        JsonElement payload,
        OrderFacts? order,
        IReadOnlyDictionary<string, object?> values,
        TemplateLibrary templates)
    {
        var attachments = FromPayload(payload).Take(MaxCount).ToList();
        if (kind.Name == MessageKinds.PaymentSuccess && order is not null && attachments.Count == 0)
        {
            var receipt = templates.Render("receipt.html", values);
            attachments.Add(new($"receipt-{order.Number}.html", "text/html", Encoding.UTF8.GetBytes(receipt)));
        }

        return attachments;
    }

    /// <summary><c>attachments: [{filename, content_type, content_base64}]</c>; what cannot be read is left out.</summary>
    private static IEnumerable<MailAttachment> FromPayload(JsonElement payload)
    {
        if (payload.ValueKind != JsonValueKind.Object
            || !payload.TryGetProperty("attachments", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            yield break;
        }

        foreach (var entry in list.EnumerateArray().Where(entry => entry.ValueKind == JsonValueKind.Object))
        {
            if (entry.TryGetProperty("content_base64", out var content) && content.ValueKind == JsonValueKind.String
                && content.TryGetBytesFromBase64(out var bytes) && bytes.Length <= MaxBytes)
            {
                yield return new(Text(entry, "filename") ?? "attachment", Text(entry, "content_type") ?? "", bytes);
            }
        }
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
