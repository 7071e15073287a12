using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>An event that could not be taken, kept so that it can be replayed once the cause is gone.</summary>
/// <param name="EventId">The id that it has when it is replayed.</param>
/// <param name="Payload">
/// The item as sent, without the personal data in it unless the policy keeps that; null when it was too large to keep, or
/// holds texts that nobody can read.
/// </param>
public sealed record RejectedEvent(
    Guid EventId, string Naming, byte[] Fingerprint, string? Payload, string Code, string? Field, string Reason)
{
    private const int LargestKept = 65_536;

    public static RejectedEvent Of(
        OfferEventItem item, IReadOnlyList<FieldError> errors, OfferEventNaming naming, OfferEventRules rules)
    {
        var first = errors[0];
        var field = first.Location[^1] is string name && name != "body" ? name : null;
        return new RejectedEvent(
            item.Id,
            naming.Label,
            FingerprintOf(item, naming),
            PayloadOf(item, rules),
            first.Type,
            field,
            first.Message);
    }

    private static string? PayloadOf(OfferEventItem item, OfferEventRules rules) =>
        item.Raw.Length > LargestKept ? null
        : !rules.LooksForPersonalData ? Encoding.UTF8.GetString(item.Raw.Span)
        : JsonbText.IsStorable(item.Raw.Span) ? Encoding.UTF8.GetString(PersonalDataRedaction.Redact(item.Raw).Span)
        : null;

    /// <summary>Spelling and text: the text holds the client's id, if it has one.</summary>
    private static byte[] FingerprintOf(OfferEventItem item, OfferEventNaming naming)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(naming.Label));
        hash.AppendData(item.Raw.Span);
        return hash.GetHashAndReset();
    }
}

/// <summary>A row of the table of rejected events.</summary>
public sealed record RejectedEventRow(
    Guid Id,
    string Source,
    string Naming,
    Guid EventId,
    string? Payload,
    string Code,
    string? Field,
    string Reason,
    string Status,
    long Seen,
    int Attempts,
    DateTimeOffset FirstSeenAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset? ReplayedAt);

/// <summary>A page of rejected events.</summary>
public sealed record ListRejected(string Status, string? Code, (DateTimeOffset At, Guid Id)? After, int Limit)
{
    public static ListRejected Read(Fields fields) => new(
        fields.Label("status", ["waiting", "replayed"]) ?? "waiting",
        fields.Text("code", max: 64),
        ReadCursor(fields),
        fields.Integer("limit", 1, 500) ?? 100);

    private static (DateTimeOffset, Guid)? ReadCursor(Fields fields)
    {
        if (fields.Text("cursor", max: 100) is not { } text)
        {
            return null;
        }

        var parts = text.Split('_');
        if (parts.Length == 2 && Guid.TryParse(parts[1], out var id) && DateTimeOffset.TryParse(
            parts[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at))
        {
            return (at, id);
        }

        fields.Error("cursor", "A cursor that this list gave out is expected.", "cursor_parsing");
        return null;
    }
}

/// <param name="NextCursor">Where the next page starts; null at the end.</param>
public sealed record RejectedPage(IReadOnlyList<RejectedEventRow> Events, string? NextCursor);

/// <summary>What operators see of rejected events.</summary>
public sealed class RejectedEventQueries(RejectedEventStore store)
{
    public async Task<RejectedPage> ListAsync(ListRejected wanted, CancellationToken cancellationToken)
    {
        var rows = await store.ListAsync(wanted.Status, wanted.Code, wanted.After, wanted.Limit + 1, cancellationToken);
        if (rows.Count <= wanted.Limit)
        {
            return new RejectedPage(rows, null);
        }

        var last = rows[wanted.Limit - 1];
        return new RejectedPage(
            [.. rows.Take(wanted.Limit)],
            string.Create(CultureInfo.InvariantCulture, $"{last.FirstSeenAt.UtcDateTime:O}_{last.Id}"));
    }
}

/// <summary>Which rejected events are to be tried again.</summary>
/// <param name="Code">Only those rejected for this reason; null for all.</param>
/// <param name="Limit">1 to 5,000, oldest first; default 1,000.</param>
public sealed record ReplayRejected(string? Code, int Limit)
{
    public static ReplayRejected Read(Fields fields) =>
        new(fields.Text("code", max: 64), fields.Integer("limit", 1, 5_000) ?? 1_000);
}

/// <summary>What a replay did.</summary>
/// <param name="Stored">Now stored, or found to be stored already.</param>
/// <param name="RefusedByDatabase">Passed the rules but not the database; they wait on.</param>
/// <param name="RefusedAgain">Still break a rule, or were too large to keep; they wait on.</param>
public sealed record ReplayReport(int Tried, int Stored, int RefusedByDatabase, int RefusedAgain)
{
    public static ReplayReport operator +(ReplayReport left, ReplayReport right) => new(
        left.Tried + right.Tried,
        left.Stored + right.Stored,
        left.RefusedByDatabase + right.RefusedByDatabase,
        left.RefusedAgain + right.RefusedAgain);
}

/// <summary>
/// Puts rejected events through the present rules again. Each keeps the id that it was given when it was rejected, so a
/// replay that is repeated or interrupted stores nothing twice.
/// </summary>
public sealed class RejectedEventReplay(
    RejectedEventStore store,
    OfferEventParser parser,
    OfferEventCommit commit,
    IOptionsMonitor<AnalyticsOptions> options,
    TimeProvider clock)
{
    private const int PageSize = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <param name="code">Only events that were rejected for this reason; null for all.</param>
    /// <param name="limit">Most events to try.</param>
    public async Task<ReplayReport> RunAsync(string? code, int limit, CancellationToken cancellationToken)
    {
        var report = new ReplayReport(0, 0, 0, 0);
        (DateTimeOffset, Guid)? after = null;
        while (report.Tried < limit)
        {
            var page = await store.ListAsync(
                "waiting", code, after, Math.Min(PageSize, limit - report.Tried), cancellationToken);
            if (page.Count == 0)
            {
                break;
            }

            report += await ReplayAsync(page, cancellationToken);
            after = (page[^1].FirstSeenAt, page[^1].Id);
        }

        return report;
    }

    private async Task<ReplayReport> ReplayAsync(IReadOnlyList<RejectedEventRow> page, CancellationToken cancellationToken)
    {
        var rules = new OfferEventRules(options.CurrentValue);
        var sound = new List<(Guid RowId, OfferEvent Event)>();
        var refused = new List<(Guid, RejectedEvent)>();
        foreach (var row in page.Where(row => row.Payload is not null))
        {
            var naming = OfferEventNaming.Of(row.Naming);
            var item = Parse(row, naming, rules);
            if (item.Event is { } taken)
            {
                sound.Add((row.Id, taken));
            }
            else
            {
                refused.Add((row.Id, RejectedEvent.Of(item, item.Errors, naming, rules)));
            }
        }

        var accepted = await StoreAsync(sound, cancellationToken);
        if (refused.Count > 0)
        {
            await store.MarkRefusedAgainAsync(refused, cancellationToken);
        }

        return new ReplayReport(page.Count, accepted, sound.Count - accepted, page.Count - sound.Count);
    }

    private async Task<int> StoreAsync(List<(Guid RowId, OfferEvent Event)> sound, CancellationToken cancellationToken)
    {
        if (sound.Count == 0)
        {
            return 0;
        }

        var write = new OfferEventWrite(sound.ConvertAll(entry => entry.Event), clock.GetUtcNow() + Patience);
        await commit.StoreAsync([write], cancellationToken);
        var stored = sound.Where((_, index) => write.Verdicts[index].Status != VerdictStatus.Rejected).ToArray();
        await store.MarkReplayedAsync(stored.Select(entry => entry.RowId).ToArray(), clock.GetUtcNow(), cancellationToken);
        return stored.Length;
    }

    private OfferEventItem Parse(RejectedEventRow row, OfferEventNaming naming, OfferEventRules rules)
    {
        var raw = Encoding.UTF8.GetBytes(row.Payload!);
        try
        {
            // The key stands in for an id that the event lacks, and is the id itself: a UUID stays what it is.
            return parser.Parse(raw, naming, rules, row.EventId.ToString("D")).Items[0];
        }
        catch (InvalidInputException exception)
        {
            return new OfferEventItem(row.EventId, null, exception.Errors, raw);
        }
    }
}
