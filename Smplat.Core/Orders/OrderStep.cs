namespace Smplat.Core.Orders;

/// <summary>One order's step in a set of steps that are taken together.</summary>
public sealed record OrderStep(Guid OrderId, string To, StatusStep Step);
