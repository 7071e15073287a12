using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>What became of one event of a request.</summary>
/// <param name="Id">The id under which the event is known, now or after a replay.</param>
/// <param name="CreatedAt">When it was taken; for a duplicate, when the first one was.</param>
/// <param name="Errors">Why it was rejected; otherwise empty.</param>
/// <param name="WasClamped">Its time lay in the future and was set to now.</param>
public readonly record struct EventVerdict(
    VerdictStatus Status, Guid Id, DateTimeOffset CreatedAt, IReadOnlyList<FieldError> Errors, bool WasClamped)
{
    public static EventVerdict Accepted(OfferEvent taken, DateTimeOffset createdAt) =>
        new(VerdictStatus.Accepted, taken.Id, createdAt, [], taken.WasClamped);

    public static EventVerdict Duplicate(OfferEvent repeated, DateTimeOffset createdAt) =>
        new(VerdictStatus.Duplicate, repeated.Id, createdAt, [], repeated.WasClamped);

    public static EventVerdict Rejected(Guid id, IReadOnlyList<FieldError> errors) =>
        new(VerdictStatus.Rejected, id, default, errors, false);
}
