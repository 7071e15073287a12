using System.Text.Encodings.Web;
using System.Text.Json;
using Dapper;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Onboarding;

/// <summary>The history of journeys: events, interactions and pricing segments. Every row is written in the transaction of the change.</summary>
public sealed class JourneyHistoryStore(NpgsqlDataSource database)
{
    private const string InsertEvent =
        """
        insert into onboarding_journey_events (
            id, journey_id, order_id, task_id, event_type, status_before, status_after, metadata, occurred_at)
        values (@Id, @JourneyId, @OrderId, @TaskId, @EventType, @StatusBefore, @StatusAfter, @Metadata::jsonb, @OccurredAt)
        """;

    private const string InsertInteraction =
        """
        insert into onboarding_interactions (id, journey_id, task_id, actor_type, channel, summary, details, metadata, created_at)
        values (@Id, @JourneyId, @TaskId, @ActorType, @Channel, @Summary, @Details, @Metadata::jsonb, @CreatedAt)
        """;

    private const string UpsertSegment =
        """
        insert into onboarding_pricing_segment (
            journey_id, slug, variant_key, variant_name, is_control, assignment_strategy, status, feature_flag_key, recorded_at)
        values (@JourneyId, @Slug, @VariantKey, @VariantName, @IsControl, @AssignmentStrategy, @Status, @FeatureFlagKey, @RecordedAt)
        on conflict (journey_id, slug, variant_key) do update
        set variant_name = excluded.variant_name, is_control = excluded.is_control,
            assignment_strategy = excluded.assignment_strategy, status = excluded.status,
            feature_flag_key = excluded.feature_flag_key, recorded_at = excluded.recorded_at
        where onboarding_pricing_segment.recorded_at <= excluded.recorded_at
        """;

    // Only the free text is cleared. The interaction, its date and its summary are kept.
    private const string ForgetDetails =
        """
        update onboarding_interactions
        set details = null
        where id in (
            select id from onboarding_interactions where details is not null and created_at < @Before limit @Limit)
        """;

    public Task AddEventAsync(JourneyEvent entry, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            InsertEvent,
            new
            {
                Id = Guid.CreateVersion7(entry.OccurredAt),
                entry.JourneyId,
                entry.OrderId,
                entry.TaskId,
                entry.EventType,
                entry.StatusBefore,
                entry.StatusAfter,
                entry.Metadata,
                entry.OccurredAt,
            },
            cancellationToken,
            transaction));

    public Task AddInteractionAsync(Interaction entry, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection!.ExecuteAsync(Sql.Command(
            InsertInteraction,
            new
            {
                Id = Guid.CreateVersion7(entry.CreatedAt),
                entry.JourneyId,
                entry.TaskId,
                entry.ActorType,
                entry.Channel,
                entry.Summary,
                entry.Details,
                entry.Metadata,
                entry.CreatedAt,
            },
            cancellationToken,
            transaction));

    public async Task KeepSegmentsAsync(
        Guid journeyId,
        IReadOnlyList<PricingSegment> segments,
        DateTimeOffset now,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        // Always in the same order, so that two requests for one journey cannot deadlock.
        foreach (var segment in segments.OrderBy(segment => (segment.Slug, segment.VariantKey)))
        {
            await transaction.Connection!.ExecuteAsync(Sql.Command(
                UpsertSegment,
                new
                {
                    JourneyId = journeyId,
                    segment.Slug,
                    segment.VariantKey,
                    segment.VariantName,
                    segment.IsControl,
                    segment.AssignmentStrategy,
                    segment.Status,
                    segment.FeatureFlagKey,
                    RecordedAt = now,
                },
                cancellationToken,
                transaction));
        }
    }

    /// <summary>Clears the free text of interactions from before a time, <paramref name="limit"/> at most; returns how many.</summary>
    public async Task<int> ForgetDetailsAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteAsync(Sql.Command(ForgetDetails, new { Before = before, Limit = limit }, cancellationToken));
    }
}

/// <summary>A change of a journey, for reports. It is written with the change or not at all.</summary>
/// <param name="Metadata">JSON object.</param>
public sealed record JourneyEvent(
    Guid JourneyId,
    Guid OrderId,
    Guid? TaskId,
    string EventType,
    string? StatusBefore,
    string? StatusAfter,
    string Metadata,
    DateTimeOffset OccurredAt);

/// <summary>Labels of <c>onboarding_journey_events.event_type</c>.</summary>
internal static class JourneyEventType
{
    public const string JourneyStarted = "journey_started";
    public const string TaskStatusChanged = "task_status_changed";
    public const string ArtifactReceived = "artifact_received";
    public const string ReferralCopied = "referral_copied";
    public const string PricingExperimentSegment = "pricing_experiment_segment";
}

/// <summary>A contact between us and the client.</summary>
/// <param name="ActorType">One of <see cref="Actor"/>.</param>
/// <param name="Channel">One of <see cref="Onboarding.Channel"/>.</param>
/// <param name="Metadata">JSON object.</param>
public sealed record Interaction(
    Guid JourneyId,
    Guid? TaskId,
    string ActorType,
    string Channel,
    string Summary,
    string? Details,
    string Metadata,
    DateTimeOffset CreatedAt);

/// <summary>Labels of <c>onboarding_interactions.actor_type</c>.</summary>
internal static class Actor
{
    public const string Client = "client";
    public const string Operator = "operator";
    public const string System = "system";

    public static readonly string[] All = [Client, Operator, System];
}

/// <summary>Labels of <c>onboarding_interactions.channel</c>.</summary>
internal static class Channel
{
    public const string Dashboard = "dashboard";
    public const string Email = "email";
    public const string Slack = "slack";

    public static readonly string[] All = [Dashboard, Email, Slack, "other"];
}

/// <summary>Writes the JSON columns of this feature.</summary>
internal static class JourneyJson
{
    public static readonly JsonSerializerOptions Snake = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of<T>(T value) => JsonSerializer.Serialize(value, Snake);
}
