using Smplat.Core.Onboarding;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Onboarding;

public sealed record CopyReferralBody(string ReferralCode)
{
    public static CopyReferralBody Read(Fields fields) => new(fields.RequiredText("referral_code", max: 255));
}

public sealed record ReceiveArtifactBody(string? Url)
{
    public static ReceiveArtifactBody Read(Fields fields) => new(AddArtifact.ReadUrl(fields));
}

public sealed record PricingExperimentsBody(IReadOnlyList<PricingSegment> Experiments)
{
    private const int MaxExperiments = 100;

    public static PricingExperimentsBody Read(Fields fields) =>
        new([.. fields.List("experiments", MaxExperiments, 1).Select(PricingSegment.Read)]);
}
