using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Which items go to which provider.</summary>
internal sealed record SplitPlan(IReadOnlyList<PlannedLeg> Legs, long TotalCents, int Found, int EtaMinutes)
{
    public bool IsDivided => Legs.Count > 1;
}

internal sealed record PlannedLeg(ProviderId Provider, IReadOnlyList<string> ItemIds, long TotalCents, int EtaMinutes);
