using Smplat.Core.Onboarding.Journeys;

namespace Smplat.Functions.Onboarding;

/// <summary>Bodies with one member, for the API document.</summary>
public sealed record CopyReferralBody(string ReferralCode);

public sealed record ReceiveArtifactBody(string? Url);

public sealed record PricingExperimentsBody(IReadOnlyList<PricingSegment> Experiments);
