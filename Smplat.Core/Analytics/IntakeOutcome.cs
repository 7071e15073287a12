using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>How a request with events ended.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <param name="IsBatch">False for the form with a single event.</param>
    /// <param name="Verdicts">One for each event, in the order of the request.</param>
    public sealed record Taken(bool IsBatch, IReadOnlyList<EventVerdict> Verdicts) : IntakeOutcome;

    /// <summary>Nothing was taken, or it is not known whether: the request is to be repeated as it is.</summary>
    public sealed record Refused(Refusal Refusal) : IntakeOutcome;
}
