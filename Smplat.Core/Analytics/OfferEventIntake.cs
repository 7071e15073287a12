using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>Takes a request with offer events: parse, store, keep what was rejected, answer for each event.</summary>
public sealed class OfferEventIntake(
    OfferEventParser parser,
    OfferEventWriter writer,
    RejectedEventStore rejected,
    EventCounters counters,
    IOptionsMonitor<AnalyticsOptions> analytics,
    TimeProvider clock)
{
    private OfferEventRules _rules = new(analytics.CurrentValue);

    /// <param name="body">JSON as UTF-8; it must not change before the task has ended.</param>
    /// <param name="idempotencyKey">Key of the request, for events without an id of their own.</param>
    /// <exception cref="InvalidInputException">The body as a whole cannot be read; nothing was taken.</exception>
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

            try
            {
                await write.Done.WaitAsync(Patience(write), clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                counters.RequestRefused("timeout");
                return new IntakeOutcome.Refused(new CommitTimedOut());
            }

            if (write.Problem is { } problem)
            {
                ExceptionDispatchInfo.Throw(problem);
            }
        }

        return await JudgeAsync(parsed, write, naming, rules, cancellationToken);
    }

    private TimeSpan Patience(OfferEventWrite write)
    {
        var left = write.Deadline - clock.GetUtcNow();
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
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
                (refused ??= []).Add(RejectedEvent.Of(item, verdicts[index].Errors, naming, rules));
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
