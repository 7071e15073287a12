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

/// <summary>An event of the storefront, told apart by its type. Whether all that its type needs is there is judged later.</summary>
public sealed record OnboardingEvent
{
    public const string JourneyStarted = "journey_started";
    public const string ChecklistUpdate = "checklist_update";
    public const string ReferralCopied = "referral_copied";
    public const string PricingExperimentSegment = "pricing_experiment_segment";

    private const int MaxExperiments = 100;

    private static readonly string[] Types = [JourneyStarted, ChecklistUpdate, ReferralCopied, PricingExperimentSegment];

    public string? EventType { get; init; }

    public Guid? OrderId { get; init; }

    public Guid? TaskId { get; init; }

    public bool? Completed { get; init; }

    public string? ReferralCode { get; init; }

    /// <summary>The entries that can be used; others are left out.</summary>
    public IReadOnlyList<PricingSegment> Experiments { get; init; } = [];

    /// <summary>Only for <see cref="JourneyStarted"/>.</summary>
    public StartJourney? Start { get; init; }

    /// <summary>Objects that make <see cref="Read"/> read all that it knows.</summary>
    public static IReadOnlyList<string> Probes { get; } = [.. Types.Select(type => $$"""{"eventType":"{{type}}"}""")];

    public static OnboardingEvent Read(Fields fields)
    {
        var told = new OnboardingEvent
        {
            EventType = fields.Text("eventType", max: 64),
            OrderId = fields.Guid("orderId"),
        };
        fields.Describe("eventType", values: Types, isNeeded: true);
        fields.Describe("orderId", isNeeded: true);
        switch (told.EventType)
        {
            case JourneyStarted:
                return told with { Start = StartJourney.Read(fields) };
            case ChecklistUpdate:
                told = told with { TaskId = fields.Guid("taskId"), Completed = fields.Flag("completed") };
                fields.Describe("taskId", isNeeded: true);
                fields.Describe("completed", isNeeded: true);
                return told;
            case ReferralCopied:
                told = told with { ReferralCode = fields.Text("referralCode", max: 255) };
                fields.Describe("referralCode", isNeeded: true);
                return told;
            case PricingExperimentSegment:
                told = told with { Experiments = ReadExperiments(fields) };
                fields.Describe("experiments", isNeeded: true);
                return told;
            default:
                return told;
        }
    }

    private static List<PricingSegment> ReadExperiments(Fields fields)
    {
        var kept = new List<PricingSegment>();
        foreach (var entry in fields.UsableEntries("experiments", MaxExperiments))
        {
            var segment = PricingSegment.Read(entry);
            if (entry.Errors.Count == 0)
            {
                kept.Add(segment);
            }
        }

        return kept;
    }
}

/// <summary>What became of an onboarding event.</summary>
/// <param name="Status"><c>ok</c> or <c>accepted</c>.</param>
public sealed record OnboardingEventReceipt(string Status, Journey? Journey, JourneyTask? Task);
