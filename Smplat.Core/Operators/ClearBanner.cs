using Smplat.Core.Platform.Input;

namespace Smplat.Core.Operators;

/// <summary>Takes the banner down.</summary>
/// <param name="Actor">Who decides; kept with the reason.</param>
public sealed record ClearBanner(string Actor, string? Reason)
{
    /// <summary>Reads a request that must say why.</summary>
    public static ClearBanner Read(Fields fields) =>
        new(fields.RequiredText("actor", 1, 100), fields.RequiredText("reason", 1, 500));
}
