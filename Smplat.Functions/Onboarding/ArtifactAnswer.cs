using Smplat.Core.Onboarding;

namespace Smplat.Functions.Onboarding;

/// <summary>An artifact as clients read it.</summary>
public sealed record ArtifactAnswer(Guid Id, Guid? TaskId, string Label, string? Url, bool Required, DateTimeOffset? ReceivedAt)
{
    public static ArtifactAnswer From(JourneyArtifact artifact) =>
        new(artifact.Id, artifact.TaskId, artifact.Label, artifact.Url, artifact.Required, artifact.ReceivedAt);
}
