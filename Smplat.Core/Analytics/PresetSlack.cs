namespace Smplat.Core.Analytics;

/// <summary>The Slack webhook of preset alerts.</summary>
public static class PresetSlack
{
    /// <summary>Name of the webhook in messages; its address stays in the settings.</summary>
    public const string TargetName = "preset-alerts";
}
