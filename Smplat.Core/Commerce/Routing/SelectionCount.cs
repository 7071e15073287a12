namespace Smplat.Core.Commerce.Routing;

/// <summary>Orders that went to a provider.</summary>
internal sealed record SelectionCount(string ProviderId, long Orders);
