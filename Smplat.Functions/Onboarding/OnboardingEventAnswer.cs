using System.Text.Json.Serialization;
using Smplat.Core.Onboarding;

namespace Smplat.Functions.Onboarding;

/// <summary>The answer to an onboarding event; <c>journey</c> and <c>task</c> come with the events that change them.</summary>
public sealed record OnboardingEventAnswer(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JourneyAnswer? Journey,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TaskAnswer? Task)
{
    public static OnboardingEventAnswer From(OnboardingEventReceipt receipt) => new(
        receipt.Status,
        receipt.Journey is null ? null : JourneyAnswer.From(receipt.Journey),
        receipt.Task is null ? null : TaskAnswer.From(receipt.Task));
}
