namespace Smplat.Core.Analytics.Ingestion;

/// <summary>The events of one request on their way to a commit.</summary>
public sealed class OfferEventWrite(IReadOnlyList<OfferEvent> events, DateTimeOffset deadline)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<OfferEvent> Events { get; } = events;

    /// <summary>When its caller stops waiting.</summary>
    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>One for each event; valid once <see cref="Done"/> has ended well, that is after the commit.</summary>
    public EventVerdict[] Verdicts { get; } = new EventVerdict[events.Count];

    public Task Done => _done.Task;

    public long Bytes { get; } = events.Sum(taken => (long)taken.Raw.Length);

    public void Complete() => _done.TrySetResult();

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
