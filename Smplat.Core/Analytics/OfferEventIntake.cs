using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>The result of a request with events.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome()
    {
    }

    /// <param name="IsBatch">False when a single event was sent.</param>
    /// <param name="Verdicts">One for each event, in the order of the request.</param>
    public sealed record Taken(bool IsBatch, IReadOnlyList<EventVerdict> Verdicts) : IntakeOutcome;

    /// <summary>
    /// Nothing was stored, or it is unknown whether it was: the client should send the same request again.
    /// </summary>
    public sealed record Refused(Refusal Refusal) : IntakeOutcome;
}

/// <summary>The result for one event of a request.</summary>
/// <param name="Id">The id of the event; a rejected event gets it when it is replayed.</param>
/// <param name="CreatedAt">When it was stored; for a duplicate, when the first one was.</param>
/// <param name="Errors">Why it was rejected; otherwise empty.</param>
/// <param name="WasClamped">Its time was in the future and was set to now.</param>
public readonly record struct EventVerdict(
    VerdictStatus Status, Guid Id, DateTimeOffset CreatedAt, IReadOnlyList<FieldError> Errors, bool WasClamped)
{
    public static EventVerdict Accepted(OfferEvent taken, DateTimeOffset createdAt) =>
        new(VerdictStatus.Accepted, taken.Id, createdAt, [], taken.WasClamped);

    public static EventVerdict Duplicate(OfferEvent repeated, DateTimeOffset createdAt) =>
        new(VerdictStatus.Duplicate, repeated.Id, createdAt, [], repeated.WasClamped);

    public static EventVerdict Rejected(Guid id, IReadOnlyList<FieldError> errors) =>
        new(VerdictStatus.Rejected, id, default, errors, false);
}

/// <summary>Accepted and duplicate both mean that the event is stored once.</summary>
public enum VerdictStatus
{
    Accepted,
    Duplicate,
    Rejected,
}

internal sealed record QueueFull() : TooMany(
    "analytics.queue_full", "The event queue of this instance is full; send the same request again.", TimeSpan.FromSeconds(1));

internal sealed record CommitTimedOut() : Unavailable(
    "analytics.commit_timed_out", "The events could not be stored in time; send the same request again, nothing is stored twice.");

internal sealed record BadIdempotencyKey() : Invalid(
    "analytics.bad_idempotency_key", "Idempotency-Key must have 1 to 255 characters.");

/// <summary>
/// Handles a request with offer events: parses it, stores the events, keeps the rejected ones for a replay, and returns
/// a verdict for each. An accepted event is committed before the answer; sending a request again stores nothing twice.
/// </summary>
public sealed class OfferEventIntake(
    OfferEventParser parser,
    OfferEventWriter writer,
    RejectedEventStore rejected,
    EventCounters counters,
    IOptionsMonitor<AnalyticsOptions> analytics,
    TimeProvider clock)
{
    private OfferEventRules _rules = new(analytics.CurrentValue);

    /// <param name="body">JSON as UTF-8; it must not change before the task completes.</param>
    /// <param name="idempotencyKey">Key of the request, for events without their own id.</param>
    /// <exception cref="InvalidInputException">The body as a whole is invalid; nothing was stored.</exception>
    public async Task<IntakeOutcome> TakeAsync(
        ReadOnlyMemory<byte> body, OfferEventNaming naming, string? idempotencyKey, CancellationToken cancellationToken)
    {
        if (idempotencyKey is { Length: 0 or > EventKeyPolicy.MaxLength })
        {
            return new IntakeOutcome.Refused(new BadIdempotencyKey());
        }

        var rules = CurrentRules();
        var parsed = parser.Parse(body, naming, rules, idempotencyKey);
        var events = new List<OfferEvent>(parsed.Items.Count);
        foreach (var item in parsed.Items)
        {
            if (item.Event is { } taken)
            {
                events.Add(taken);
            }
        }

        OfferEventWrite? write = null;
        if (events.Count > 0)
        {
            write = writer.TryQueue(events);
            if (write is null)
            {
                counters.RequestRefused("busy");
                return new IntakeOutcome.Refused(new QueueFull());
            }

            if (!await WaitForCommitAsync(write, cancellationToken))
            {
                counters.RequestRefused("timeout");
                return new IntakeOutcome.Refused(new CommitTimedOut());
            }
        }

        return await JudgeAsync(parsed, write, naming, rules, cancellationToken);
    }

    /// <summary>False when the commit takes longer than the request may wait; throws when the commit failed.</summary>
    private async Task<bool> WaitForCommitAsync(OfferEventWrite write, CancellationToken cancellationToken)
    {
        var remaining = write.Deadline - clock.GetUtcNow();
        try
        {
            await write.Done.WaitAsync(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }

        if (write.Problem is { } problem)
        {
            ExceptionDispatchInfo.Throw(problem);
        }

        return true;
    }

    private async Task<IntakeOutcome> JudgeAsync(
        ParsedEvents parsed,
        OfferEventWrite? write,
        OfferEventNaming naming,
        OfferEventRules rules,
        CancellationToken cancellationToken)
    {
        var verdicts = new EventVerdict[parsed.Items.Count];
        var refused = default(List<RejectedEvent>);
        var stored = 0;
        for (var index = 0; index < verdicts.Length; index++)
        {
            var item = parsed.Items[index];
            verdicts[index] = item.Event is null ? EventVerdict.Rejected(item.Id, item.Errors) : write!.Verdicts[stored++];
            if (verdicts[index].Status == VerdictStatus.Rejected)
            {
                (refused ??= []).Add(RejectedEvent.From(item, verdicts[index].Errors, naming, rules));
            }
        }

        if (refused is not null)
        {
            await rejected.KeepAsync(refused, clock.GetUtcNow(), cancellationToken);
            counters.Rejected(parsed.Items.Count(item => item.Event is null));
        }

        return new IntakeOutcome.Taken(parsed.IsBatch, verdicts);
    }

    private OfferEventRules CurrentRules()
    {
        var options = analytics.CurrentValue;
        return ReferenceEquals(_rules.Options, options) ? _rules : _rules = new OfferEventRules(options);
    }
}
