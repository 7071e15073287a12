namespace Smplat.Core.Orders;

/// <summary>Who changes an order's status and why; it goes into the history and into the customer's message.</summary>
/// <param name="Party">One of <see cref="HoldReason"/>: whose hold the step may lift.</param>
/// <param name="Cause">What brought it about, such as <c>fulfillment_kickoff</c>.</param>
/// <param name="Note">Appended to the order's notes.</param>
public sealed record StatusStep(string Party, string Cause, string Actor, string? Reason = null, string? Note = null);
