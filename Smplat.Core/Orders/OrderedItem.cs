namespace Smplat.Core.Orders;

/// <summary>An item with the order that it is part of and the product that it asks for.</summary>
public sealed record OrderedItem(Order Order, OrderItem Item, Product? Product);
