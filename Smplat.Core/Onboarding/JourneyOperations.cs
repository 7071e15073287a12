using System.Text.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Onboarding;

/// <summary>What the storefront sends when a checklist is opened. Every member is optional; absent members change nothing.</summary>
/// <param name="Context">JSON object of the members that were sent: offer, addons, support, platform_contexts.</param>
public sealed record StartJourney(string? ReferralCode, string Context)
{
    private const int MaxListed = 100;

    /// <summary>In characters of JSON. A checklist is not meant for files.</summary>
    private const int MaxContext = 65_536;

    public static StartJourney Read(Fields fields)
    {
        var context = new JsonObject();
        Add(context, "offer", fields.Object("offer"));
        Add(context, "addons", List(fields, "addons"));
        Add(context, "support", fields.Object("support"));
        var contexts = fields.List("platformContexts", MaxListed, also: "platform_contexts").Select(PlatformContext).ToArray();
        if (contexts.Length > 0)
        {
            context["platform_contexts"] = new JsonArray([.. contexts]);
        }

        var kept = context.ToJsonString();
        if (kept.Length > MaxContext)
        {
            fields.Error("offer", $"Offer, addons, support and platform contexts together can have at most {MaxContext} characters.", "too_large");
        }

        return new StartJourney(fields.Text("referralCode", max: 255, also: "referral_code"), kept);
    }

    private static JsonElement? List(Fields fields, string name)
    {
        fields.List(name, MaxListed);
        if (!fields.Json.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        if (StorableJson.ProblemOf(list) is { } problem)
        {
            fields.Error(name, problem, "json_value");
        }

        return list;
    }

    private static JsonObject PlatformContext(Fields fields)
    {
        fields.Called("PlatformContext");
        return new()
        {
            ["id"] = fields.RequiredText("id", max: 255),
            ["label"] = fields.RequiredText("label", max: 255),
            ["handle"] = fields.Text("handle", max: 255),
            ["platformType"] = fields.Text("platformType", max: 64, also: "platform_type"),
        };
    }

    private static void Add(JsonObject context, string name, JsonElement? value)
    {
        if (value is { } element)
        {
            context[name] = JsonNode.Parse(element.GetRawText());
        }
    }
}

/// <summary>The variant of a pricing experiment that a client was shown.</summary>
public sealed record PricingSegment
{
    public required string Slug { get; init; }

    public required string VariantKey { get; init; }

    public string? VariantName { get; init; }

    public bool? IsControl { get; init; }

    public string? AssignmentStrategy { get; init; }

    public string? Status { get; init; }

    public string? FeatureFlagKey { get; init; }

    public static PricingSegment Read(Fields fields)
    {
        fields.Called(nameof(PricingSegment));
        return new()
        {
            Slug = NotBlank(fields, "slug", fields.RequiredText("slug", max: 255)),
            VariantKey = NotBlank(fields, "variantKey", fields.RequiredText("variantKey", max: 255, also: "variant_key")),
            VariantName = fields.Text("variantName", max: 255, also: "variant_name"),
            IsControl = fields.Flag("isControl", also: "is_control"),
            AssignmentStrategy = fields.Text("assignmentStrategy", max: 255, also: "assignment_strategy"),
            Status = fields.Text("status", max: 64),
            FeatureFlagKey = fields.Text("featureFlagKey", max: 255, also: "feature_flag_key"),
        };
    }

    private static string NotBlank(Fields fields, string name, string text)
    {
        fields.Describe(name, pattern: @"\S");
        if (text.Length > 0 && string.IsNullOrWhiteSpace(text))
        {
            fields.Error(name, "A value is required.", "string_too_short");
        }

        return text.Trim();
    }

    /// <summary>The list as an event stores it.</summary>
    public static string ToMetadata(IEnumerable<PricingSegment> segments) =>
        JsonSerializer.Serialize(new { experiments = segments }, JourneyJson.Snake);
}

/// <summary>What clients and storefronts can do with a journey.</summary>
public sealed class JourneyOperations(
    JourneyOpening opening, JourneyStore journeys, JourneyHistoryStore history)
{
    public async Task<OnboardingOutcome<Journey>> FindAsync(Guid orderId, CancellationToken cancellationToken) =>
        Outcome(await journeys.FindByOrderAsync(orderId, cancellationToken), new JourneyNotFound());

    /// <summary>Opens the journey of an order, or adds to its context. Repeating the call changes nothing.</summary>
    public async Task<OnboardingOutcome<Journey>> StartAsync(
        Guid orderId, StartJourney command, CancellationToken cancellationToken) =>
        Outcome(
            await opening.WithJourneyAsync(
                orderId,
                async (journey, now, transaction) =>
                {
                    await journeys.MergeContextAsync(journey.Id, command, now, transaction, cancellationToken);
                    return (await journeys.LockByOrderAsync(orderId, transaction, cancellationToken))!;
                },
                cancellationToken),
            new JourneyOrderNotFound());

    /// <summary>Records that the client copied a referral code. The journey keeps the first code.</summary>
    public async Task<OnboardingOutcome<Journey>> CopyReferralAsync(
        Guid orderId, string code, CancellationToken cancellationToken) =>
        Outcome(
            await opening.WithJourneyAsync(
                orderId,
                async (journey, now, transaction) =>
                {
                    await journeys.KeepReferralAsync(journey.Id, code, now, transaction, cancellationToken);
                    var metadata = JourneyJson.Of(new { referral_code = code });
                    await history.AddEventAsync(
                        new(journey.Id, orderId, null, JourneyEventType.ReferralCopied, null, null, metadata, now),
                        transaction,
                        cancellationToken);
                    return journey;
                },
                cancellationToken),
            new JourneyOrderNotFound());

    /// <summary>Records which variants of pricing experiments the client saw, as one event.</summary>
    public async Task<OnboardingOutcome<Journey>> RecordSegmentsAsync(
        Guid orderId, IReadOnlyList<PricingSegment> segments, CancellationToken cancellationToken)
    {
        // The last entry of a variant counts.
        var distinct = segments.GroupBy(segment => (segment.Slug, segment.VariantKey)).Select(group => group.Last()).ToArray();
        return Outcome(
            await opening.WithJourneyAsync(
                orderId,
                async (journey, now, transaction) =>
                {
                    await RecordAsync(journey, distinct, now, transaction, cancellationToken);
                    return journey;
                },
                cancellationToken),
            new JourneyOrderNotFound());
    }

    private async Task RecordAsync(
        Journey journey, PricingSegment[] segments, DateTimeOffset now, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await history.KeepSegmentsAsync(journey.Id, segments, now, transaction, cancellationToken);
        await history.AddEventAsync(
            new(
                journey.Id,
                journey.OrderId,
                null,
                JourneyEventType.PricingExperimentSegment,
                null,
                null,
                PricingSegment.ToMetadata(segments),
                now),
            transaction,
            cancellationToken);
    }

    private static OnboardingOutcome<Journey> Outcome(Journey? journey, Refusal otherwise) => journey is null
        ? new OnboardingOutcome<Journey>.Refused(otherwise)
        : new OnboardingOutcome<Journey>.Done(journey);
}

/// <summary>Locks the journey of an order for an operation, and creates it if it does not exist yet.</summary>
public sealed class JourneyOpening(
    NpgsqlDataSource database, JourneyStore journeys, JourneyHistoryStore history, OrderQueries orders, TimeProvider clock)
{
    /// <summary>Runs work on the locked journey of an order in one transaction. Returns null when there is no such order.</summary>
    public async Task<T?> WithJourneyAsync<T>(
        Guid orderId, Func<Journey, DateTimeOffset, NpgsqlTransaction, Task<T>> work, CancellationToken cancellationToken)
        where T : class
    {
        if (await orders.FindAsync(orderId, cancellationToken) is not { } order)
        {
            return null;
        }

        var now = clock.GetStoredNow();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            var journeyId = Guid.CreateVersion7(now);
            if (await journeys.InsertAsync(journeyId, orderId, now, transaction, cancellationToken))
            {
                var metadata = JourneyJson.Of(new { source_order_status = order.Status });
                await history.AddEventAsync(
                    new(journeyId, orderId, null, JourneyEventType.JourneyStarted, null, JourneyStatus.Active, metadata, now),
                    transaction,
                    cancellationToken);
            }

            var journey = await journeys.LockByOrderAsync(orderId, transaction, cancellationToken);
            var result = await work(journey!, now, transaction);
            await transaction.CommitAsync(cancellationToken);
            return result;
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            // The order was deleted between the check and the insert.
            return null;
        }
    }
}

/// <summary>The result of a call to onboarding.</summary>
public abstract record OnboardingOutcome<T>
{
    private OnboardingOutcome()
    {
    }

    public sealed record Done(T Value) : OnboardingOutcome<T>;

    public sealed record Refused(Refusal Refusal) : OnboardingOutcome<T>;
}

internal sealed record JourneyOrderNotFound() : NotFound("onboarding.unknown_order", "Order not found");

internal sealed record JourneyNotFound() : NotFound("onboarding.journey_not_found", "Journey not found");

internal sealed record JourneyMissing(Guid OrderId)
    : NotFound("onboarding.journey_missing", $"Onboarding journey missing for order {OrderId}");

internal sealed record UnknownOrderTask(Guid TaskId, Guid OrderId)
    : NotFound("onboarding.task_not_found", $"Task {TaskId} not found for order {OrderId}");

internal sealed record TaskNotFound() : NotFound("onboarding.task_not_found", "Task not found");

internal sealed record ArtifactNotFound() : NotFound("onboarding.artifact_not_found", "Artifact not found");

internal sealed record UnsupportedChannel() : Invalid("onboarding.unsupported_channel", "Unsupported channel");

internal sealed record EventTypeMissing() : Invalid("onboarding.event_type_missing", "eventType is required");

internal sealed record UnsupportedEventType(string EventType)
    : Invalid("onboarding.unsupported_event_type", $"Unsupported eventType: {EventType}");

internal sealed record MemberMissing(string Member) : Invalid("onboarding.member_missing", $"{Member} is required");

internal sealed record NoValidExperiment()
    : Invalid("onboarding.no_valid_experiment", "experiments must contain at least one entry with slug and variantKey");

internal sealed record OrderMissingForJourney() : NotFound("onboarding.order_missing", "Order missing for journey");
