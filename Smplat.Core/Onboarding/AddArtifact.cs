using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>An artifact that the client is to hand over, or hands over now.</summary>
public sealed record AddArtifact(string Label, string? Url, bool Required, Guid? TaskId)
{
    public static AddArtifact Read(Fields fields) => new(
        fields.RequiredText("label", max: 255),
        ReadUrl(fields),
        fields.Flag("required") ?? false,
        fields.Guid("task_id", also: "taskId"));

    /// <summary>Only web addresses: operators click on them.</summary>
    public static string? ReadUrl(Fields fields) => fields.WebAddress("url", 2_048);
}
