using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Analytics;
using Smplat.Core.Platform.Input;
using Smplat.Functions.Http;

namespace Smplat.Functions.Analytics;

/// <summary>Answers of both ingestion routes. They are written by hand: at 2,000 verdicts a serialiser would be felt.</summary>
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

    /// <summary>The same, with the refusal that storefronts know for an event without its two names.</summary>
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
