using Smplat.Core.Input;

namespace Smplat.Core.Checkout.Hosted;

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
    public static RegenerateSession Read(Fields fields)
    {
        if (!fields.Has("expectedUpdatedAt"))
        {
            fields.Error("expectedUpdatedAt", "A value is required.", "missing");
        }

        return new(
            fields.Instant("expectedUpdatedAt") ?? default,
            Url(fields, "successUrl"),
            Url(fields, "cancelUrl"),
            fields.Text("notes", 0, 2000),
            fields.Flag("automated") ?? false,
            fields.Instant("overrideNextRetryAt"),
            fields.Flag("notify") ?? true);
    }

    private static string? Url(Fields fields, string name)
    {
        var text = fields.Text(name, 1, 2000);
        if (text is not null && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"))
        {
            fields.Error(name, "A web address is expected.", "url_parsing");
        }

        return text;
    }
}
