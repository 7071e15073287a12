namespace Smplat.Core.Onboarding;

/// <summary>All journeys, whatever the list is filtered by.</summary>
public sealed record JourneyAggregates(long Total, long Active, long Stalled, long Completed, long WithReferrals);
