using Smplat.Core.Platform.Input;

namespace Smplat.Core.Trust;

/// <param name="Environment">Null takes the app's own.</param>
/// <param name="IsDraft">The latest version instead of the published one.</param>
public sealed record ReadExperience(string? Environment, bool IsDraft)
{
    public static ReadExperience Read(Fields fields) => new(
        fields.Label("environment", TakeContent.Environments),
        fields.Flag("draft") ?? false);
}
