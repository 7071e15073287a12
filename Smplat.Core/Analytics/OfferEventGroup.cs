namespace Smplat.Core.Analytics;

/// <summary>
/// Events of several requests that are stored together: sorted by id, each id once. A repetition within the group is a
/// duplicate of the first one.
/// </summary>
internal sealed class OfferEventGroup
{
    private readonly Slot[] _slots;

    public OfferEventGroup(IReadOnlyList<OfferEventWrite> writes)
    {
        _slots = new Slot[writes.Sum(write => write.Events.Count)];
        var count = 0;
        foreach (var write in writes)
        {
            for (var index = 0; index < write.Events.Count; index++)
            {
                _slots[count] = new Slot(write.Events[index].Id, count, write, index);
                count++;
            }
        }

        Array.Sort(_slots);
        Events = _slots
            .Where((slot, index) => index == 0 || slot.Id != _slots[index - 1].Id)
            .Select(slot => slot.Event)
            .ToArray();
    }

    /// <summary>What is to be stored.</summary>
    public OfferEvent[] Events { get; }

    /// <summary>Hands the verdicts on <see cref="Events"/> to the requests that the events came with.</summary>
    public void Deliver(ReadOnlySpan<EventVerdict> verdicts)
    {
        var distinct = -1;
        for (var index = 0; index < _slots.Length; index++)
        {
            var slot = _slots[index];
            var isRepetition = index > 0 && slot.Id == _slots[index - 1].Id;
            if (!isRepetition)
            {
                distinct++;
            }

            var verdict = verdicts[distinct];
            slot.Write.Verdicts[slot.Index] = isRepetition && verdict.Status == VerdictStatus.Accepted
                ? EventVerdict.Duplicate(slot.Event, verdict.CreatedAt)
                : verdict;
        }
    }

    private readonly record struct Slot(Guid Id, int Order, OfferEventWrite Write, int Index) : IComparable<Slot>
    {
        public OfferEvent Event => Write.Events[Index];

        public int CompareTo(Slot other) => Id.CompareTo(other.Id) is var byId and not 0 ? byId : Order.CompareTo(other.Order);
    }
}
