using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>One item of a request after parsing: an event, or what is wrong with it.</summary>
/// <param name="Id">The event's id, or the one that it will have when it is replayed.</param>
/// <param name="Raw">The item as sent.</param>
public readonly record struct OfferEventItem(
    Guid Id, OfferEvent? Event, IReadOnlyList<FieldError> Errors, ReadOnlyMemory<byte> Raw);
