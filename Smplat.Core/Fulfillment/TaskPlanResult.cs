namespace Smplat.Core.Fulfillment;

/// <summary>A plan, and what of the product's own plan could not be used.</summary>
public sealed record TaskPlanResult(IReadOnlyList<PlannedTask> Tasks, IReadOnlyList<SkippedEntry> Skipped);

/// <summary>An entry of a product's plan that is left out.</summary>
public sealed record SkippedEntry(int Index, string Why);
