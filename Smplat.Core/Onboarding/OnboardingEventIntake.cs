using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>An onboarding event of the storefront. Which members it needs depends on its type, and the intake checks that.</summary>
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

    /// <summary>The valid entries; invalid ones are skipped.</summary>
    public IReadOnlyList<PricingSegment> Experiments { get; init; } = [];

    /// <summary>Only for <see cref="JourneyStarted"/>.</summary>
    public StartJourney? Start { get; init; }

    /// <summary>Sample objects with which <see cref="Read"/> reads every member that it knows.</summary>
    public static IReadOnlyList<string> Probes { get; } = [.. Types.Select(type => $$"""{"eventType":"{{type}}"}""")];

    public static OnboardingEvent Read(Fields fields)
    {
        var read = new OnboardingEvent
        {
            EventType = fields.Text("eventType", max: 64),
            OrderId = fields.Guid("orderId"),
        };
        fields.Describe("eventType", values: Types, isNeeded: true);
        fields.Describe("orderId", isNeeded: true);
        switch (read.EventType)
        {
            case JourneyStarted:
                return read with { Start = StartJourney.Read(fields) };
            case ChecklistUpdate:
                read = read with { TaskId = fields.Guid("taskId"), Completed = fields.Flag("completed") };
                fields.Describe("taskId", isNeeded: true);
                fields.Describe("completed", isNeeded: true);
                return read;
            case ReferralCopied:
                read = read with { ReferralCode = fields.Text("referralCode", max: 255) };
                fields.Describe("referralCode", isNeeded: true);
                return read;
            case PricingExperimentSegment:
                read = read with { Experiments = ReadExperiments(fields) };
                fields.Describe("experiments", isNeeded: true);
                return read;
            default:
                return read;
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

/// <summary>Applies events of the storefront to the journey.</summary>
public sealed class OnboardingEventIntake(JourneyOperations journeys, TaskToggle toggle)
{
    public async Task<OnboardingOutcome<OnboardingEventReceipt>> TakeAsync(
        OnboardingEvent message, CancellationToken cancellationToken)
    {
        if (ProblemOf(message) is { } refusal)
        {
            return Refuse(refusal);
        }

        var orderId = message.OrderId!.Value;
        return message.EventType switch
        {
            OnboardingEvent.JourneyStarted => From(
                await journeys.StartAsync(orderId, message.Start!, cancellationToken), journey => new("ok", journey, null)),
            OnboardingEvent.ChecklistUpdate => From(
                await toggle.ToggleAsync(orderId, message.TaskId!.Value, message.Completed!.Value, Actor.Client, cancellationToken),
                task => new("ok", null, task)),
            OnboardingEvent.ReferralCopied => From(
                await journeys.CopyReferralAsync(orderId, message.ReferralCode!, cancellationToken), _ => new("ok", null, null)),
            OnboardingEvent.PricingExperimentSegment => From(
                await journeys.RecordSegmentsAsync(orderId, message.Experiments, cancellationToken), _ => new("accepted", null, null)),
            _ => throw new InvalidOperationException($"No work for {message.EventType}."),
        };
    }

    private static Refusal? ProblemOf(OnboardingEvent message) => message.EventType switch
    {
        null or "" => new EventTypeMissing(),
        OnboardingEvent.JourneyStarted => Missing(("orderId", message.OrderId)),
        OnboardingEvent.ChecklistUpdate => Missing(("orderId", message.OrderId), ("taskId", message.TaskId), ("completed", message.Completed)),
        OnboardingEvent.ReferralCopied => Missing(("orderId", message.OrderId), ("referralCode", message.ReferralCode)),
        OnboardingEvent.PricingExperimentSegment => message.OrderId is not null && message.Experiments.Count == 0
            ? new NoValidExperiment()
            : Missing(("orderId", message.OrderId)),
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

    private static OnboardingOutcome<OnboardingEventReceipt> From<T>(
        OnboardingOutcome<T> outcome, Func<T, OnboardingEventReceipt> receipt) => outcome switch
        {
            OnboardingOutcome<T>.Done done => new OnboardingOutcome<OnboardingEventReceipt>.Done(receipt(done.Value)),
            OnboardingOutcome<T>.Refused refused => Refuse(refused.Refusal),
            _ => throw new InvalidOperationException($"No outcome for {outcome}."),
        };

    private static OnboardingOutcome<OnboardingEventReceipt> Refuse(Refusal refusal) =>
        new OnboardingOutcome<OnboardingEventReceipt>.Refused(refusal);
}

/// <summary>The result of an onboarding event.</summary>
/// <param name="Status"><c>ok</c> or <c>accepted</c>.</param>
public sealed record OnboardingEventReceipt(string Status, Journey? Journey, JourneyTask? Task);
