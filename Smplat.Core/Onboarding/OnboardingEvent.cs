using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

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
