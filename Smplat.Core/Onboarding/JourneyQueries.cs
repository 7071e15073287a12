using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>Which journeys operators want to see; all conditions hold together, and all before the limit.</summary>
public sealed record ListJourneys(
    IReadOnlyList<string> Statuses,
    bool? Stalled,
    bool? Referrals,
    string? Search,
    string? ExperimentSlug,
    string? ExperimentVariant,
    int Limit)
{
    public static ListJourneys Read(Fields fields)
    {
        var statuses = fields.Texts("status", 10, 32);
        fields.Describe("status", values: JourneyStatus.All);
        foreach (var unknown in statuses.Except(JourneyStatus.All))
        {
            fields.Error("status", $"One of {string.Join(", ", JourneyStatus.All)} is expected, not {unknown}.", "enum");
        }

        return new ListJourneys(
            statuses,
            fields.Flag("stalled"),
            fields.Flag("referrals"),
            fields.Text("search", max: 255),
            fields.Text("experimentSlug", max: 255),
            fields.Text("experimentVariant", max: 255),
            fields.Integer("limit", 1, 200) ?? 50);
    }
}

/// <summary>What operators see of journeys.</summary>
public sealed class JourneyQueries(
    JourneyListStore list,
    JourneyDetailStore details,
    JourneyStore journeys,
    NudgeStore nudges,
    IOptionsMonitor<OnboardingOptions> options,
    TimeProvider clock)
{
    public async Task<(IReadOnlyList<JourneySummary> Summaries, JourneyAggregates Aggregates)> ListAsync(
        ListJourneys wanted, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (rows, aggregates) = await list.ListAsync(wanted, now, cancellationToken);
        return ([.. rows.Select(row => Judge(row, now))], aggregates);
    }

    public async Task<OnboardingOutcome<JourneyDetail>> FindAsync(Guid journeyId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await list.FindAsync(journeyId, now, cancellationToken) is not { } summary
            || await journeys.FindAsync(journeyId, cancellationToken) is not { } journey)
        {
            return new OnboardingOutcome<JourneyDetail>.Refused(new JourneyNotFound());
        }

        var idle = TimeSpan.FromHours(options.CurrentValue.IdleHours);
        var due = await nudges.ListDueAsync(journeyId, now, idle, NudgeRun.Cooldown, 1, cancellationToken);
        return new OnboardingOutcome<JourneyDetail>.Done(new JourneyDetail(
            Judge(summary, now),
            journey,
            await details.ListInteractionsAsync(journeyId, cancellationToken),
            [.. due.Select(task => Advise(task, now, idle))],
            await details.ListProvidersAsync(journey.OrderId, cancellationToken)));
    }

    private static JourneySummary Judge(JourneySummary row, DateTimeOffset now) =>
        row with { RiskLevel = RiskPolicy.Judge(row.Status, row.LastInteractionAt ?? row.UpdatedAt, now) };

    private static NudgeAdvice Advise(NudgeOpportunity task, DateTimeOffset now, TimeSpan idle) => new(
        task.JourneyId,
        task.OrderId,
        task.OrderNumber,
        task.TaskId,
        task.TaskSlug,
        task.Reason,
        task.DedupeKey,
        task.IdleHours(now),
        task.RecommendedChannel,
        task.SlaExpiresAt(now, idle),
        task.Subject,
        NudgeText.MessageOf([task]));
}

/// <summary>How much a journey needs an operator's eye.</summary>
public static class RiskPolicy
{
    private static readonly TimeSpan High = TimeSpan.FromHours(72);
    private static readonly TimeSpan Medium = TimeSpan.FromHours(36);

    /// <param name="lastTouchAt">The last interaction, else the last change, else the start.</param>
    public static string Judge(string status, DateTimeOffset lastTouchAt, DateTimeOffset now) => (status, now - lastTouchAt) switch
    {
        (JourneyStatus.Completed, _) => "low",
        (JourneyStatus.Stalled, _) => "high",
        (_, var age) when age >= High => "high",
        (_, var age) when age >= Medium => "medium",
        _ => "low",
    };
}

/// <summary>One line of the operators' list.</summary>
public sealed record JourneySummary
{
    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required string Status { get; init; }

    /// <summary><c>low</c>, <c>medium</c> or <c>high</c>.</summary>
    public string RiskLevel { get; init; } = "low";

    public decimal ProgressPercentage { get; init; }

    public string? ReferralCode { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? LastInteractionAt { get; init; }

    public long TotalTasks { get; init; }

    public long CompletedTasks { get; init; }

    public long OverdueTasks { get; init; }

    public long AwaitingArtifacts { get; init; }

    public IReadOnlyList<SegmentRow> PricingExperiments { get; init; } = [];
}

/// <summary>All journeys, whatever the list is filtered by.</summary>
public sealed record JourneyAggregates(long Total, long Active, long Stalled, long Completed, long WithReferrals);

/// <summary>The newest assignment of a variant.</summary>
public sealed record SegmentRow
{
    [JsonIgnore]
    public Guid JourneyId { get; init; }

    public required string Slug { get; init; }

    public required string VariantKey { get; init; }

    public string? VariantName { get; init; }

    public bool? IsControl { get; init; }

    public string? AssignmentStrategy { get; init; }

    public string? Status { get; init; }

    public string? FeatureFlagKey { get; init; }

    public DateTimeOffset RecordedAt { get; init; }
}

/// <summary>A journey with all that an operator needs to help its client.</summary>
public sealed record JourneyDetail(
    JourneySummary Summary,
    Journey Journey,
    IReadOnlyList<InteractionRow> Interactions,
    IReadOnlyList<NudgeAdvice> NudgeOpportunities,
    IReadOnlyList<ProviderReference> ProviderAutomation);

/// <summary>A touch, as operators read it.</summary>
public sealed record InteractionRow(
    Guid Id, string Actor, string Channel, string? Summary, string? Details, DateTimeOffset CreatedAt, JsonElement Metadata);

/// <summary>A nudge that would be fitting now.</summary>
public sealed record NudgeAdvice(
    Guid JourneyId,
    Guid OrderId,
    string OrderNumber,
    Guid TaskId,
    string TaskSlug,
    string Reason,
    string DedupeKey,
    int IdleHours,
    string RecommendedChannel,
    DateTimeOffset SlaExpiresAt,
    string Subject,
    string Message);

/// <summary>An outside provider that works on items of the order.</summary>
/// <param name="GuardrailStatus">Null while nothing is recorded about its guardrails.</param>
public sealed record ProviderReference(
    string ProviderId, string? ProviderName, IReadOnlyList<ProviderItem> OrderItems, JsonElement? GuardrailStatus);

public sealed record ProviderItem(Guid OrderItemId, string OrderItemLabel);
