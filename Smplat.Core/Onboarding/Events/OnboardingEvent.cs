using System.Text.Json;
using Smplat.Core.Input;
using Smplat.Core.Onboarding.Journeys;

namespace Smplat.Core.Onboarding.Events;

/// <summary>An event of the storefront, told apart by its type. Whether all that its type needs is there is judged later.</summary>
public sealed record OnboardingEvent
{
    public const string JourneyStarted = "journey_started";
    public const string ChecklistUpdate = "checklist_update";
    public const string ReferralCopied = "referral_copied";
    public const string PricingExperimentSegment = "pricing_experiment_segment";

    private const int MaxExperiments = 100;

    public string? EventType { get; init; }

    public Guid? OrderId { get; init; }

    public Guid? TaskId { get; init; }

    public bool? Completed { get; init; }

    public string? ReferralCode { get; init; }

    /// <summary>The entries that can be used; others are left out.</summary>
    public IReadOnlyList<PricingSegment> Experiments { get; init; } = [];

    /// <summary>Only for <see cref="JourneyStarted"/>.</summary>
    public StartJourney? Start { get; init; }

    public static OnboardingEvent Read(Fields fields)
    {
        var type = fields.Text("eventType", max: 64);
        return new OnboardingEvent
        {
            EventType = type,
            OrderId = fields.Guid("orderId"),
            TaskId = type == ChecklistUpdate ? fields.Guid("taskId") : null,
            Completed = type == ChecklistUpdate ? fields.Flag("completed") : null,
            ReferralCode = type is ReferralCopied ? fields.Text("referralCode", max: 255) : null,
            Experiments = type == PricingExperimentSegment ? ReadExperiments(fields) : [],
            Start = type == JourneyStarted ? StartJourney.Read(fields) : null,
        };
    }

    private static List<PricingSegment> ReadExperiments(Fields fields)
    {
        var kept = new List<PricingSegment>();
        if (fields.Json.TryGetProperty("experiments", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var entry in list.EnumerateArray().Take(MaxExperiments).Where(entry => entry.ValueKind == JsonValueKind.Object))
            {
                var one = Fields.Of(entry, "body");
                var segment = PricingSegment.Read(one);
                if (one.Errors.Count == 0)
                {
                    kept.Add(segment);
                }
            }
        }

        return kept;
    }
}
