namespace Smplat.Core.Fulfillment;

/// <summary>A task whose worker went silent.</summary>
/// <param name="Status"><c>pending</c> again, or <c>failed</c> when it was taken over too often.</param>
public sealed record RescuedTask(Guid Id, Guid OrderItemId, string TaskType, int Rescues, string Status);
