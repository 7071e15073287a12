namespace Smplat.Core.Operators;

/// <summary>One thing that does not recover by itself, and what is proposed about it.</summary>
/// <param name="Subject"><c>message</c>, <c>checkout</c> or <c>hosted_session</c>.</param>
/// <param name="State">What it looked like; a step is taken only while it still looks so.</param>
/// <param name="Action">A word of <see cref="RepairAction"/>; change it in the plan before applying.</param>
public sealed record RepairItem(string Subject, Guid Id, string Name, string State, string Action, string Why);
