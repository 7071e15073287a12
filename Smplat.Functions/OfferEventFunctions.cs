using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions;

/// <summary>The routes of offer events: recording them, and reviewing the rejected ones.</summary>
public sealed class OfferEventFunctions(OfferEventIntake intake, RejectedEventQueries review, RejectedEventReplay replay)
{
    [Function("RecordOfferEvents")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("Store one offer event or a batch, each once", Tag = "Analytics")]
    [JsonBody(typeof(OfferEventShapes), nameof(OfferEventShapes.Snake), Example =
        """{"offer_slug":"spring-offer","event_type":"impression","cart_total":"49.90","currency":"eur","metadata":{"presetId":"preset-alpha"}}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and returns the same answer", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(202, typeof(OfferEventReceipt), Naming.Snake)]
    [Answers(202, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(207, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(429, "The queue of this instance is full; repeat the request after Retry-After.")]
    public async Task<IResult> RecordOfferEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/analytics/offer-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        OfferEventAnswer.From(await intake.TakeAsync(
            await request.ReadBytesAsync(cancellationToken),
            OfferEventNaming.Snake,
            request.IdempotencyKey(),
            cancellationToken));

    /// <summary>The same route for storefronts: camelCase in, the same answers out.</summary>
    [Function("RecordStorefrontOfferEvents")]
    [RequireKey(KeyScope.Storefront)]
    [ForMember]
    [Operation("Store offer events in the storefront's spelling", Tag = "Analytics")]
    [JsonBody(typeof(OfferEventShapes), nameof(OfferEventShapes.Camel), Example =
        """{"offerSlug":"spring-offer","eventType":"cta_click","cartTotal":49.9,"currency":"eur","metadata":{"presetId":"preset-alpha"}}""")]
    [HeaderParameter("Idempotency-Key", "Repeating the call with the same key changes nothing and returns the same answer", MaxLength = RouteInput.MaxKeyLength)]
    [Answers(202, typeof(OfferEventReceipt), Naming.Snake)]
    [Answers(202, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(207, typeof(OfferEventBatchReceipt), Naming.Snake)]
    [Answers(400, "A single event lacks offerSlug or eventType.")]
    [Answers(429, "The queue of this instance is full; repeat the request after Retry-After.")]
    public async Task<IResult> RecordStorefrontOfferEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/analytics/offer-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        OfferEventAnswer.ForStorefront(await intake.TakeAsync(
            await request.ReadBytesAsync(cancellationToken),
            OfferEventNaming.Camel,
            request.IdempotencyKey(),
            cancellationToken));

    [Function("ListRejectedEvents")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Rejected events with their reason, oldest first", Tag = "Analytics")]
    [Query(typeof(ListRejected))]
    [QueryParameter("code", "Only events rejected for this reason")]
    [QueryParameter("status", "waiting or replayed, default waiting")]
    [QueryParameter("limit", "1 to 500, default 100")]
    [QueryParameter("cursor", "next_cursor of the previous page")]
    [Answers(200, typeof(RejectedPage), Naming.Snake)]
    public async Task<IResult> ListRejectedEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/analytics/rejected-events")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Answer.Snake(await review.ListAsync(request.ReadQuery(ListRejected.Read), cancellationToken));

    [Function("ReplayRejectedEvents")]
    [RequireKey(KeyScope.Operator)]
    [Operation("Apply the current rules to rejected events again; repeating it stores nothing twice", Tag = "Analytics")]
    [JsonBody(typeof(ReplayRejected), Example = """{"code":"unknown_event_type","limit":500}""")]
    [Answers(200, typeof(ReplayReport), Naming.Snake)]
    public async Task<IResult> ReplayRejectedEventsAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/analytics/rejected-events/replay")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var wanted = await request.ReadAsync(ReplayRejected.Read, cancellationToken);
        return Answer.Snake(await replay.RunAsync(wanted.Code, wanted.Limit, cancellationToken));
    }
}

/// <summary>The answer to a single event.</summary>
/// <param name="Status"><c>accepted</c>, or <c>duplicate</c> when it is stored already; both are success.</param>
/// <param name="CreatedAt">When it was stored first.</param>
/// <param name="OccurredAtClamped">True when its time lay in the future and was set to now; absent otherwise.</param>
public sealed record OfferEventReceipt(
    Guid Id,
    string Status,
    DateTimeOffset CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? OccurredAtClamped);

/// <summary>The answer to a batch: 202 when all is stored, 207 when something was rejected.</summary>
public sealed record OfferEventBatchReceipt(
    int Accepted, int Duplicates, int Rejected, IReadOnlyList<OfferEventItemReceipt> Results);

/// <summary>What became of one event of a batch.</summary>
/// <param name="Index">Its place in the batch.</param>
/// <param name="Status"><c>accepted</c>, <c>duplicate</c> or <c>rejected</c>.</param>
/// <param name="Id">Its id; a rejected event gets it when it is replayed.</param>
/// <param name="CreatedAt">For duplicates: when it was stored first.</param>
/// <param name="OccurredAtClamped">True when its time lay in the future and was set to now.</param>
/// <param name="Code">For rejected events: a word for programs.</param>
/// <param name="Field">For rejected events: the member that is wrong; absent when it is the event as a whole.</param>
/// <param name="Reason">For rejected events: what is wrong.</param>
public sealed record OfferEventItemReceipt(
    int Index,
    string Status,
    Guid Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? CreatedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? OccurredAtClamped,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);

/// <summary>The bodies of both ingestion routes, for the API document.</summary>
internal static class OfferEventShapes
{
    public static InputShape Snake => OfferEventNaming.Snake.Shape;

    public static InputShape Camel => OfferEventNaming.Camel.Shape;
}

/// <summary>Answers of both ingestion routes. Written without a serializer, which would be noticeably slower for a batch of 2,000 events.</summary>
internal static class OfferEventAnswer
{
    private static readonly JsonWriterOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static IResult From(IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Taken { IsBatch: true } taken => Batch(taken.Verdicts),
        IntakeOutcome.Taken { Verdicts: [var only] } => Single(only),
        IntakeOutcome.Refused refused => Answer.From(refused.Refusal),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    /// <summary>The same, with the refusal that storefronts expect when an event lacks offerSlug or eventType.</summary>
    public static IResult ForStorefront(IntakeOutcome outcome) =>
        outcome is IntakeOutcome.Taken { IsBatch: false, Verdicts: [{ Status: VerdictStatus.Rejected } only] }
        && only.Errors.Any(IsMissingName)
            ? Answer.Detail(StatusCodes.Status400BadRequest, "offerSlug and eventType are required")
            : From(outcome);

    private static bool IsMissingName(FieldError error) =>
        error is { Type: "missing" or "string_too_short", Location: [.., "offerSlug" or "eventType"] };

    private static IResult Single(EventVerdict verdict)
    {
        if (verdict.Status == VerdictStatus.Rejected)
        {
            throw new InvalidInputException(verdict.Errors);
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, verdict.Id);
            writer.WriteString("status"u8, Label(verdict.Status));
            writer.WriteString("created_at"u8, verdict.CreatedAt.UtcDateTime);
            if (verdict.WasClamped)
            {
                writer.WriteBoolean("occurred_at_clamped"u8, true);
            }

            writer.WriteEndObject();
        }

        return Answer.JsonBytes(buffer.WrittenMemory, StatusCodes.Status202Accepted);
    }

    private static IResult Batch(IReadOnlyList<EventVerdict> verdicts)
    {
        var buffer = new ArrayBufferWriter<byte>(128 + (verdicts.Count * 88));
        var accepted = verdicts.Count(verdict => verdict.Status == VerdictStatus.Accepted);
        var rejected = verdicts.Count(verdict => verdict.Status == VerdictStatus.Rejected);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            writer.WriteNumber("accepted"u8, accepted);
            writer.WriteNumber("duplicates"u8, verdicts.Count - accepted - rejected);
            writer.WriteNumber("rejected"u8, rejected);
            writer.WriteStartArray("results"u8);
            for (var index = 0; index < verdicts.Count; index++)
            {
                WriteItem(writer, index, verdicts[index]);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return Answer.JsonBytes(
            buffer.WrittenMemory, rejected == 0 ? StatusCodes.Status202Accepted : StatusCodes.Status207MultiStatus);
    }

    private static void WriteItem(Utf8JsonWriter writer, int index, in EventVerdict verdict)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index"u8, index);
        writer.WriteString("status"u8, Label(verdict.Status));
        writer.WriteString("id"u8, verdict.Id);
        if (verdict.Status == VerdictStatus.Duplicate)
        {
            writer.WriteString("created_at"u8, verdict.CreatedAt.UtcDateTime);
        }

        if (verdict.WasClamped)
        {
            writer.WriteBoolean("occurred_at_clamped"u8, true);
        }

        if (verdict.Errors is [var first, ..])
        {
            writer.WriteString("code"u8, first.Type);
            if (first.Location[^1] is string field && field != "body")
            {
                writer.WriteString("field"u8, field);
            }

            writer.WriteString("reason"u8, first.Message);
        }

        writer.WriteEndObject();
    }

    private static ReadOnlySpan<byte> Label(VerdictStatus status) => status switch
    {
        VerdictStatus.Accepted => "accepted"u8,
        VerdictStatus.Duplicate => "duplicate"u8,
        VerdictStatus.Rejected => "rejected"u8,
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "No label."),
    };
}
