using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>Replace a session by a new one.</summary>
/// <param name="ExpectedUpdatedAt">The session's <c>updatedAt</c> as it was read: only then is it replaced.</param>
/// <param name="SuccessUrl">Default: the one in the session's metadata.</param>
public sealed record RegenerateSession(
    DateTimeOffset ExpectedUpdatedAt,
    string? SuccessUrl,
    string? CancelUrl,
    string? Notes,
    bool IsAutomated,
    DateTimeOffset? OverrideNextRetryAt,
    bool Notify)
{
    public static RegenerateSession Read(Fields fields) => new(
        fields.RequiredInstant("expectedUpdatedAt"),
        fields.WebAddress("successUrl", 2000),
        fields.WebAddress("cancelUrl", 2000),
        fields.Text("notes", 0, 2000),
        fields.Flag("automated") ?? false,
        fields.Instant("overrideNextRetryAt"),
        fields.Flag("notify") ?? true);
}
