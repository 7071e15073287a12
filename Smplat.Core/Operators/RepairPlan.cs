namespace Smplat.Core.Operators;

/// <summary>What an inspection found. Read it, change it, apply it.</summary>
public sealed record RepairPlan(DateTimeOffset InspectedAt, IReadOnlyList<RepairItem> Items);

/// <summary>What became of one item of an applied plan.</summary>
public sealed record RepairResult(RepairItem Item, string Outcome);
