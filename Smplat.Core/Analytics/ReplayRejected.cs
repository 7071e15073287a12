using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>Which rejected events are to be tried again.</summary>
/// <param name="Code">Only those rejected for this reason; null for all.</param>
/// <param name="Limit">1 to 5,000, oldest first; default 1,000.</param>
public sealed record ReplayRejected(string? Code, int Limit)
{
    public static ReplayRejected Read(Fields fields) =>
        new(fields.Text("code", max: 64), fields.Integer("limit", 1, 5_000) ?? 1_000);
}
