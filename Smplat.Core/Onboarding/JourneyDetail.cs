using System.Text.Json;

namespace Smplat.Core.Onboarding;

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
