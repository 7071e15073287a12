namespace Smplat.Core.Fulfillment;

/// <summary>Counts of one run, added to from many tasks.</summary>
internal sealed class DrainCounts
{
    private int _claimed;
    private int _processed;
    private int _retried;
    private int _deadLettered;
    private int _rescued;
    private int _givenBack;
    private int _late;
    private int _postponed;

    public void Claimed(int count) => Interlocked.Add(ref _claimed, count);

    public void Processed(int count) => Interlocked.Add(ref _processed, count);

    public void Retried() => Interlocked.Increment(ref _retried);

    public void DeadLettered() => Interlocked.Increment(ref _deadLettered);

    public void Rescued(int count) => Interlocked.Add(ref _rescued, count);

    public void GivenBack(int count) => Interlocked.Add(ref _givenBack, count);

    public void Late(int count) => Interlocked.Add(ref _late, count);

    public void Postponed() => Interlocked.Increment(ref _postponed);

    public DrainReport ToReport() =>
        new(_claimed, _processed, _retried, _deadLettered, _rescued, _givenBack, _late) { Postponed = _postponed };
}
