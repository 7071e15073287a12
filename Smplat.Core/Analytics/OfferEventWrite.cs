using Smplat.Core.Platform.Database;

namespace Smplat.Core.Analytics;

/// <summary>The events of one request on their way to a commit.</summary>
public sealed class OfferEventWrite(IReadOnlyList<OfferEvent> events, DateTimeOffset deadline) : CommitTicket
{
    public IReadOnlyList<OfferEvent> Events { get; } = events;

    /// <summary>When its caller stops waiting.</summary>
    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>One for each event; valid once the ticket has ended well, that is after the commit.</summary>
    public EventVerdict[] Verdicts { get; } = new EventVerdict[events.Count];

    public long Bytes { get; } = events.Sum(taken => (long)taken.Raw.Length);
}
