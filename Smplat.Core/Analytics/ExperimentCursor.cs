using System.Globalization;

namespace Smplat.Core.Analytics;

/// <summary>
/// A place in the list of experiment events. Time alone does not tell rows of the same moment apart, so the event and the
/// place within it belong to it; a cursor that is only a time means everything before it, or, going forward, from it on.
/// </summary>
public readonly record struct ExperimentCursor(DateTimeOffset At, Guid EventId, int Position)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public static ExperimentCursor Of(ExperimentEvent row) => new(row.RecordedAt, row.EventId, row.Position);

    public static bool TryParse(string text, out ExperimentCursor cursor)
    {
        var parts = text.Split('_');
        cursor = default;
        if (!DateTimeOffset.TryParse(
            parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return false;
        }

        if (parts.Length == 1)
        {
            cursor = new(at, Guid.Empty, 0);
            return true;
        }

        if (parts.Length != 3 || !Guid.TryParse(parts[1], out var id)
            || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var position))
        {
            return false;
        }

        cursor = new(at, id, position);
        return true;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{At.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}_{EventId}_{Position}");
}
