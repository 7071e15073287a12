using Smplat.Core.Commerce.Providers;

namespace Smplat.Core.Commerce.Splitting;

/// <summary>A part of a divided order, quoted by its provider.</summary>
public sealed record SplitLeg(ProviderConfig Config, ProviderQuote Quote, IReadOnlyList<string> ItemIds);
