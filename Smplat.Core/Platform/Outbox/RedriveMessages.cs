using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Send given-up or suppressed messages on their way again: some by id, or the oldest of a reason.</summary>
/// <param name="Limit">At most this many, oldest first; 1 to 1000.</param>
public sealed record RedriveMessages(
    IReadOnlyList<Guid> Ids, string? Kind, string? Reason, int Limit, string Actor, string Why)
{
    public static RedriveMessages Read(Fields fields)
    {
        var ids = new List<Guid>();
        foreach (var text in fields.Texts("ids", 1000, 40))
        {
            if (Guid.TryParse(text, out var id))
            {
                ids.Add(id);
            }
            else
            {
                fields.Error("ids", "A list of UUIDs is expected.", "uuid_parsing");
            }
        }

        fields.Describe("ids", "Some messages by their id", format: "uuid");
        var reason = fields.Text("message_reason", 1, 100);
        fields.Describe("message_reason", "The oldest messages with this reason, such as attempts_exhausted");
        fields.RequireAny(ids.Count > 0 || reason is not null, "Either ids or message_reason is required.", "ids", "message_reason");

        return new(
            ids,
            fields.Text("kind", 1, 100),
            reason,
            fields.Integer("limit", 1, 1000) ?? 100,
            fields.RequiredText("actor", 1, 120),
            fields.RequiredText("reason", 1, 500));
    }
}
