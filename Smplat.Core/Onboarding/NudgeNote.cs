using System.Text.Json.Nodes;

namespace Smplat.Core.Onboarding;

/// <summary>What an interaction's metadata tells about a nudge; the key in it is what silences the next one.</summary>
public static class NudgeNote
{
    public const string Summary = "Concierge nudge dispatched";

    /// <param name="status"><c>queued</c>, <c>skipped</c> or <c>logged</c>.</param>
    /// <param name="extra">Further members, as an object.</param>
    public static string Of<T>(string key, string triggeredBy, string status, T extra)
    {
        var note = JsonNode.Parse(JourneyJson.Of(extra))!.AsObject();
        note["key"] = key;
        note["triggered_by"] = triggeredBy;
        note["delivery_status"] = status;
        return new JsonObject { ["nudge"] = note }.ToJsonString();
    }
}
