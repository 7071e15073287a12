using System.Text.Json;

namespace Smplat.Functions.Onboarding;

/// <summary>An onboarding event, for the API document; which members are needed depends on <c>eventType</c>.</summary>
/// <param name="EventType">journey_started, checklist_update, referral_copied or pricing_experiment_segment.</param>
/// <param name="TaskId">For checklist_update, with <c>completed</c>.</param>
/// <param name="ReferralCode">For referral_copied.</param>
/// <param name="Experiments">For pricing_experiment_segment; entries without slug and variantKey are left out.</param>
public sealed record OnboardingEventBody(
    string EventType,
    Guid OrderId,
    Guid? TaskId,
    bool? Completed,
    string? ReferralCode,
    IReadOnlyList<JsonElement>? Experiments)
{
    public const string Sample =
        """{"eventType":"referral_copied","orderId":"00000000-0000-4000-8000-000000000000","referralCode":"FRIEND10"}""";
}
