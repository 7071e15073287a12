using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>A page of experiment events.</summary>
public sealed record ListExperimentEvents(ExperimentCursor? Before, int Limit)
{
    public static ListExperimentEvents Read(Fields fields)
    {
        var text = fields.Text("cursor", max: 100);
        var cursor = default(ExperimentCursor);
        if (text is not null && !ExperimentCursor.TryParse(text, out cursor))
        {
            fields.Error("cursor", "A time, or a cursor that this list gave out, is expected.", "cursor_parsing");
        }

        return new(text is null ? null : cursor, fields.Integer("limit", 1, 1_000) ?? 250);
    }
}
