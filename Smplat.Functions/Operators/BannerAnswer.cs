using Smplat.Core.Operators;

namespace Smplat.Functions.Operators;

/// <summary>The incident banner.</summary>
/// <param name="Banner">Null while none is up.</param>
public sealed record BannerAnswer(IncidentBanner? Banner);
