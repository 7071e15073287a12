namespace Smplat.Core.Payments;

/// <summary>A page of the provider on which an order can still be paid.</summary>
public sealed record PaymentPage(Guid PaymentId, Guid OrderId, string SessionId);
