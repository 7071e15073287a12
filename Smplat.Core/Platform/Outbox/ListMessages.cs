using Smplat.Core.Platform.Input;

namespace Smplat.Core.Platform.Outbox;

/// <summary>Which messages to show, newest first.</summary>
/// <param name="Before">Only messages older than this one.</param>
public sealed record ListMessages(string? Status, string? Kind, string? Reason, Guid? Before, int Limit)
{
    public static ListMessages Read(Fields fields) => new(
        fields.Label("status", OutboxStatus.All),
        fields.Text("kind", 1, 100),
        fields.Text("reason", 1, 100),
        fields.Guid("before"),
        fields.Integer("limit", 1, 200) ?? 50);
}
