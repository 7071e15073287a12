using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Smplat.Core.Guardrails;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>Selects journeys for operators. All conditions must hold, and they apply before the limit.</summary>
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

/// <summary>Lists and shows journeys to operators.</summary>
public sealed class JourneyQueries(
    JourneyQueryStore store,
    JourneyStore journeys,
    NudgeStore nudges,
    FollowUpQueries followUps,
    IOptionsMonitor<OnboardingOptions> options,
    TimeProvider clock)
{
    public async Task<(IReadOnlyList<JourneySummary> Summaries, JourneyAggregates Aggregates)> ListAsync(
        ListJourneys query, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (rows, aggregates) = await store.ListAsync(query, now, cancellationToken);
        return ([.. rows.Select(row => Judge(row, now))], aggregates);
    }

    public async Task<OnboardingOutcome<JourneyDetail>> FindAsync(Guid journeyId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await store.FindAsync(journeyId, now, cancellationToken) is not { } summary
            || await journeys.FindAsync(journeyId, cancellationToken) is not { } journey)
        {
            return new OnboardingOutcome<JourneyDetail>.Refused(new JourneyNotFound());
        }

        var idle = TimeSpan.FromHours(options.CurrentValue.IdleHours);
        var due = await nudges.ListDueAsync(journeyId, now, idle, NudgeRun.Cooldown, 1, cancellationToken);
        return new OnboardingOutcome<JourneyDetail>.Done(new JourneyDetail(
            Judge(summary, now),
            journey,
            await store.ListInteractionsAsync(journeyId, cancellationToken),
            [.. due.Select(task => Advise(task, now, idle))],
            await ListProvidersAsync(journey.OrderId, cancellationToken)));
    }

    private async Task<IReadOnlyList<ProviderReference>> ListProvidersAsync(Guid orderId, CancellationToken cancellationToken)
    {
        var providers = await store.ListProvidersAsync(orderId, cancellationToken);
        var statuses = await followUps.FindStatusesAsync([.. providers.Select(provider => provider.ProviderId)], cancellationToken);
        return [.. providers.Select(provider => provider with { GuardrailStatus = statuses.GetValueOrDefault(provider.ProviderId) })];
    }

    private static JourneySummary Judge(JourneySummary row, DateTimeOffset now) =>
        row with { RiskLevel = RiskPolicy.Judge(row.Status, row.LastInteractionAt ?? row.UpdatedAt, now) };

    private static NudgeAdvice Advise(NudgeOpportunity task, DateTimeOffset now, TimeSpan idle) => new()
    {
        JourneyId = task.JourneyId,
        OrderId = task.OrderId,
        OrderNumber = task.OrderNumber,
        TaskId = task.TaskId,
        TaskSlug = task.TaskSlug,
        Reason = task.Reason,
        DedupeKey = task.DedupeKey,
        IdleHours = task.IdleHours(now),
        RecommendedChannel = task.RecommendedChannel,
        SlaExpiresAt = task.SlaExpiresAt(now, idle),
        Subject = task.Subject,
        Message = NudgeText.MessageOf([task]),
    };
}

/// <summary>A journey in the operators' list.</summary>
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

/// <summary>Counts over all journeys, regardless of the list's filters.</summary>
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

/// <summary>A journey with everything that an operator needs to help its client.</summary>
public sealed record JourneyDetail(
    JourneySummary Summary,
    Journey Journey,
    IReadOnlyList<InteractionRow> Interactions,
    IReadOnlyList<NudgeAdvice> NudgeOpportunities,
    IReadOnlyList<ProviderReference> ProviderAutomation);

/// <summary>An interaction, as operators see it.</summary>
public sealed record InteractionRow(
    Guid Id, string Actor, string Channel, string? Summary, string? Details, DateTimeOffset CreatedAt, JsonElement Metadata);

/// <summary>A nudge that can be sent now.</summary>
public sealed record NudgeAdvice
{
    public required Guid JourneyId { get; init; }

    public required Guid OrderId { get; init; }

    public required string OrderNumber { get; init; }

    public required Guid TaskId { get; init; }

    public required string TaskSlug { get; init; }

    public required string Reason { get; init; }

    public required string DedupeKey { get; init; }

    public required int IdleHours { get; init; }

    public required string RecommendedChannel { get; init; }

    public required DateTimeOffset SlaExpiresAt { get; init; }

    public required string Subject { get; init; }

    public required string Message { get; init; }
}

/// <summary>An external provider that works on items of the order.</summary>
/// <param name="GuardrailStatus">Where the provider stands after its last follow-up; null if there was none.</param>
public sealed record ProviderReference(
    string ProviderId, string? ProviderName, IReadOnlyList<ProviderItem> OrderItems, GuardrailStatus? GuardrailStatus);

public sealed record ProviderItem(Guid OrderItemId, string OrderItemLabel);

/// <summary>How much a journey needs an operator's attention.</summary>
internal static class RiskPolicy
{
    private static readonly TimeSpan High = TimeSpan.FromHours(72);
    private static readonly TimeSpan Medium = TimeSpan.FromHours(36);

    /// <param name="lastActivityAt">The last interaction, or else the last change, or else the start.</param>
    public static string Judge(string status, DateTimeOffset lastActivityAt, DateTimeOffset now) => (status, now - lastActivityAt) switch
    {
        (JourneyStatus.Completed, _) => "low",
        (JourneyStatus.Stalled, _) => "high",
        (_, var age) when age >= High => "high",
        (_, var age) when age >= Medium => "medium",
        _ => "low",
    };
}
