namespace Smplat.Core.Fulfillment;

/// <summary>A claim until all its tasks have ended; then its orders are rolled up.</summary>
internal sealed class HeldClaim(Guid id, IReadOnlyList<ClaimedTask> tasks)
{
    private int _open = tasks.Count;

    public Guid Id => id;

    public Guid[] OrderItemIds { get; } = [.. tasks.Select(task => task.OrderItemId).Distinct()];

    /// <returns>True for the last task.</returns>
    public bool End() => Interlocked.Decrement(ref _open) == 0;
}
