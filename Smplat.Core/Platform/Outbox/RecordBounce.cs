using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Outbox;

/// <summary>A mail came back.</summary>
/// <param name="OccurredAt">Null means now.</param>
public sealed record RecordBounce(
    string Address, string Kind, string? Reason, string? MessageId, DateTimeOffset? OccurredAt)
{
    public static RecordBounce Read(Fields fields)
    {
        var address = fields.RequiredText("recipient", 3, 254, also: "address");
        fields.Describe("recipient", format: "email");
        if (address.Length > 0 && !Mailbox.IsUsable(address))
        {
            fields.Error("recipient", "A mail address is expected.", "value_error");
        }

        return new(
            address,
            fields.RequiredLabel("kind", BounceKind.All),
            fields.Text("reason", 0, 500),
            fields.Text("message_id", 0, 300),
            fields.Instant("occurred_at"));
    }
}
