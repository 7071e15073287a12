using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>Turns events of the storefront into changes of the journey.</summary>
public sealed class OnboardingEventIntake(JourneyOperations desk, TaskToggle toggle)
{
    public async Task<OnboardingOutcome<OnboardingEventReceipt>> TakeAsync(
        OnboardingEvent told, CancellationToken cancellationToken)
    {
        if (Objection(told) is { } refusal)
        {
            return Refuse(refusal);
        }

        var orderId = told.OrderId!.Value;
        return told.EventType switch
        {
            OnboardingEvent.JourneyStarted => Of(
                await desk.StartAsync(orderId, told.Start!, cancellationToken), journey => new("ok", journey, null)),
            OnboardingEvent.ChecklistUpdate => Of(
                await toggle.ToggleAsync(orderId, told.TaskId!.Value, told.Completed!.Value, Actor.Client, cancellationToken),
                task => new("ok", null, task)),
            OnboardingEvent.ReferralCopied => Of(
                await desk.CopyReferralAsync(orderId, told.ReferralCode!, cancellationToken), _ => new("ok", null, null)),
            OnboardingEvent.PricingExperimentSegment => Of(
                await desk.RecordSegmentsAsync(orderId, told.Experiments, cancellationToken), _ => new("accepted", null, null)),
            _ => throw new InvalidOperationException($"No work for {told.EventType}."),
        };
    }

    private static Refusal? Objection(OnboardingEvent told) => told.EventType switch
    {
        null or "" => new EventTypeMissing(),
        OnboardingEvent.JourneyStarted => Missing(("orderId", told.OrderId)),
        OnboardingEvent.ChecklistUpdate => Missing(("orderId", told.OrderId), ("taskId", told.TaskId), ("completed", told.Completed)),
        OnboardingEvent.ReferralCopied => Missing(("orderId", told.OrderId), ("referralCode", told.ReferralCode)),
        OnboardingEvent.PricingExperimentSegment => told.OrderId is not null && told.Experiments.Count == 0
            ? new NoValidExperiment()
            : Missing(("orderId", told.OrderId)),
        var other => new UnsupportedEventType(other),
    };

    private static MemberMissing? Missing(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        foreach (var (name, value) in members)
        {
            if (value is null or "")
            {
                return new MemberMissing(name);
            }
        }

        return null;
    }

    private static OnboardingOutcome<OnboardingEventReceipt> Of<T>(
        OnboardingOutcome<T> outcome, Func<T, OnboardingEventReceipt> receipt) => outcome switch
        {
            OnboardingOutcome<T>.Done done => new OnboardingOutcome<OnboardingEventReceipt>.Done(receipt(done.Value)),
            OnboardingOutcome<T>.Refused refused => Refuse(refused.Refusal),
            _ => throw new InvalidOperationException($"No outcome for {outcome}."),
        };

    private static OnboardingOutcome<OnboardingEventReceipt> Refuse(Refusal refusal) =>
        new OnboardingOutcome<OnboardingEventReceipt>.Refused(refusal);
}
