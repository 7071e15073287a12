namespace Smplat.Core.Operators;

/// <summary>What a storefront shows now.</summary>
public sealed record SurfaceStates(SurfaceState PromotionalBanners, SurfaceState LoyaltyRedemption);

/// <param name="Enabled">False while operators have suspended it.</param>
public sealed record SurfaceState(bool Enabled);
