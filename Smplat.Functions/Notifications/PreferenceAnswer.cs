using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;

namespace Smplat.Functions.Notifications;

internal static class PreferenceAnswer
{
    public static IResult Of(PreferenceOutcome outcome) => outcome switch
    {
        PreferenceOutcome.Known known => Answer.Snake(known.Preferences),
        PreferenceOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };
}
