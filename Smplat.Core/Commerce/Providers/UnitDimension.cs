namespace Smplat.Core.Commerce.Providers;

/// <summary>What a unit measures. Only amounts of one dimension can be compared.</summary>
internal enum UnitDimension
{
    Count,
    Weight,
    Volume,
}
