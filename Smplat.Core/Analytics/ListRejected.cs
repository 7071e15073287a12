using System.Globalization;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>A page of rejected events.</summary>
public sealed record ListRejected(string Status, string? Code, (DateTimeOffset At, Guid Id)? After, int Limit)
{
    public static ListRejected Read(Fields fields) => new(
        fields.Label("status", ["waiting", "replayed"]) ?? "waiting",
        fields.Text("code", max: 64),
        ReadCursor(fields),
        fields.Integer("limit", 1, 500) ?? 100);

    private static (DateTimeOffset, Guid)? ReadCursor(Fields fields)
    {
        if (fields.Text("cursor", max: 100) is not { } text)
        {
            return null;
        }

        var parts = text.Split('_');
        if (parts.Length == 2 && Guid.TryParse(parts[1], out var id) && DateTimeOffset.TryParse(
            parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return (at, id);
        }

        fields.Error("cursor", "A cursor that this list gave out is expected.", "cursor_parsing");
        return null;
    }
}
