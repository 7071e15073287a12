using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>A nudge that an operator writes.</summary>
/// <param name="TriggeredBy">Who it is: initials or a name.</param>
public sealed record ManualNudge(string Channel, string Subject, string Message, Guid? TaskId, string TriggeredBy)
{
    public static ManualNudge Read(Fields fields) => new(
        fields.RequiredLabel("channel", Smplat.Core.Onboarding.Channel.All),
        fields.RequiredText("subject", 3, 120),
        fields.RequiredText("message", 10, 10_000),
        fields.Guid("taskId"),
        fields.RequiredText("triggeredBy", 2, 120));
}
