namespace Smplat.Core.Onboarding;

/// <summary>What became of an onboarding event.</summary>
/// <param name="Status"><c>ok</c> or <c>accepted</c>.</param>
public sealed record OnboardingEventReceipt(string Status, Journey? Journey, JourneyTask? Task);
