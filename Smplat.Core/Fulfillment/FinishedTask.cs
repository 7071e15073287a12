namespace Smplat.Core.Fulfillment;

/// <summary>A task that was carried out and waits to be acknowledged.</summary>
/// <param name="Result">JSON object.</param>
public sealed record FinishedTask(ClaimedTask Task, string Result);
