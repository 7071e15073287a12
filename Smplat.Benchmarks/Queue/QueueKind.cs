namespace Smplat.Benchmarks.Queue;

/// <summary>One way of draining.</summary>
/// <param name="CompletesOrders">Every four tasks are the whole of an order, which so begins and completes; else orders stay as they are.</param>
/// <param name="HasPeers">The peers can do the same; they know nothing of orders.</param>
internal sealed record QueueKind(
    string Name, int Tasks, int AckBatch, int ClaimBatch, int Parallelism, int Workers, bool CompletesOrders, bool HasPeers)
{
    public bool IsBatched => AckBatch > 1;
}
