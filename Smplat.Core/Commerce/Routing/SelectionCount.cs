namespace Smplat.Core.Commerce.Routing;

/// <summary>Orders that went to a provider.</summary>
public sealed record SelectionCount(string ProviderId, long Orders);
