using Smplat.Core.Onboarding;

namespace Smplat.Functions.Onboarding;

/// <param name="Aggregates">Over all journeys, unfiltered.</param>
public sealed record JourneyListAnswer(IReadOnlyList<JourneySummary> Summaries, JourneyAggregates Aggregates);
