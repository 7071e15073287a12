using Smplat.Core.Input;

namespace Smplat.Core.Onboarding.Journeys;

/// <summary>An artifact that the client is to hand over, or hands over now.</summary>
public sealed record AddArtifact(string Label, string? Url, bool Required, Guid? TaskId)
{
    public static AddArtifact Read(Fields fields) => new(
        fields.RequiredText("label", max: 255),
        ReadUrl(fields),
        fields.Flag("required") ?? false,
        fields.Guid("task_id", also: "taskId"));

    /// <summary>Only web addresses: operators click on them.</summary>
    public static string? ReadUrl(Fields fields)
    {
        var url = fields.Text("url", max: 2_048);
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is ("https" or "http")))
        {
            fields.Error("url", "An http or https address is expected.", "url_parsing");
        }

        return url;
    }
}
