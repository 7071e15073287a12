using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Analytics;

/// <summary>An event that was rejected, kept so that it can be replayed when the cause is fixed.</summary>
/// <param name="EventId">The id that it gets when it is replayed.</param>
/// <param name="Payload">
/// The item as sent, without personal data unless the policy keeps it; null when it was too large to keep or contains
/// unreadable text.
/// </param>
public sealed record RejectedEvent(
    Guid EventId, string Naming, byte[] Fingerprint, string? Payload, string Code, string? Field, string Reason)
{
    private const int LargestKept = 65_536;

    public static RejectedEvent From(
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
        item.Raw.Length > LargestKept || !Utf8.IsValid(item.Raw.Span) ? null
        : !rules.LooksForPersonalData ? Encoding.UTF8.GetString(item.Raw.Span)
        : JsonbText.IsStorable(item.Raw.Span) ? Encoding.UTF8.GetString(PersonalDataRedaction.Redact(item.Raw).Span)
        : null;

    /// <summary>Digest of naming and item; the item includes the client's id, if there is one.</summary>
    private static byte[] FingerprintOf(OfferEventItem item, OfferEventNaming naming)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(naming.Label));
        hash.AppendData(item.Raw.Span);
        return hash.GetHashAndReset();
    }
}

/// <summary>A row of the table of rejected events.</summary>
public sealed record RejectedEventRow
{
    public Guid Id { get; init; }

    public required string Source { get; init; }

    public required string Naming { get; init; }

    public Guid EventId { get; init; }

    public string? Payload { get; init; }

    public required string Code { get; init; }

    public string? Field { get; init; }

    public required string Reason { get; init; }

    public required string Status { get; init; }

    public long Seen { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset FirstSeenAt { get; init; }

    public DateTimeOffset LastSeenAt { get; init; }

    public DateTimeOffset? ReplayedAt { get; init; }
}

/// <summary>A request for a page of rejected events.</summary>
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

        fields.Error("cursor", "A cursor returned by this list is expected.", "cursor_parsing");
        return null;
    }
}

/// <param name="NextCursor">Where the next page starts; null at the end.</param>
public sealed record RejectedPage(IReadOnlyList<RejectedEventRow> Events, string? NextCursor);

/// <summary>Lists rejected events for operators, oldest first.</summary>
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

/// <summary>Which rejected events to replay.</summary>
/// <param name="Code">Only those rejected for this reason; null for all.</param>
/// <param name="Limit">1 to 5,000, oldest first; default 1,000.</param>
public sealed record ReplayRejected(string? Code, int Limit)
{
    public static ReplayRejected Read(Fields fields) =>
        new(fields.Text("code", max: 64), fields.Integer("limit", 1, 5_000) ?? 1_000);
}

/// <summary>The result of a replay.</summary>
/// <param name="Stored">Now stored, or found to be already stored.</param>
/// <param name="RefusedByDatabase">Passed the rules but were refused by the database; they stay in the table.</param>
/// <param name="RefusedAgain">Still break a rule, or were too large to keep; they stay in the table.</param>
public sealed record ReplayReport(int Tried, int Stored, int RefusedByDatabase, int RefusedAgain)
{
    public static ReplayReport operator +(ReplayReport left, ReplayReport right) => new(
        left.Tried + right.Tried,
        left.Stored + right.Stored,
        left.RefusedByDatabase + right.RefusedByDatabase,
        left.RefusedAgain + right.RefusedAgain);
}

/// <summary>
/// Parses rejected events again with the current rules and stores those that pass. Each keeps the id it got when it was
/// rejected, so a repeated or interrupted replay stores nothing twice.
/// </summary>
public sealed class RejectedEventReplay(
    RejectedEventStore store,
    OfferEventParser parser,
    OfferEventCommit commit,
    IOptionsMonitor<AnalyticsOptions> options,
    TimeProvider clock)
{
    private const int PageSize = 200;

    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(10);

    /// <param name="code">Only events that were rejected for this reason; null for all.</param>
    /// <param name="limit">Maximum number of events to try.</param>
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
        var valid = new List<(Guid RowId, OfferEvent Event)>();
        var refused = new List<(Guid, RejectedEvent)>();
        foreach (var row in page.Where(row => row.Payload is not null))
        {
            var naming = OfferEventNaming.Parse(row.Naming);
            var item = Parse(row, naming, rules);
            if (item.Event is { } taken)
            {
                valid.Add((row.Id, taken));
            }
            else
            {
                refused.Add((row.Id, RejectedEvent.From(item, item.Errors, naming, rules)));
            }
        }

        var accepted = await StoreAsync(valid, cancellationToken);
        if (refused.Count > 0)
        {
            await store.MarkRefusedAgainAsync(refused, cancellationToken);
        }

        return new ReplayReport(page.Count, accepted, valid.Count - accepted, page.Count - valid.Count);
    }

    private async Task<int> StoreAsync(List<(Guid RowId, OfferEvent Event)> valid, CancellationToken cancellationToken)
    {
        if (valid.Count == 0)
        {
            return 0;
        }

        var write = new OfferEventWrite(valid.ConvertAll(entry => entry.Event), clock.GetUtcNow() + StoreTimeout);
        await commit.StoreAsync([write], cancellationToken);
        var stored = valid.Where((_, index) => write.Verdicts[index].Status != VerdictStatus.Rejected).ToArray();
        await store.MarkReplayedAsync(stored.Select(entry => entry.RowId).ToArray(), clock.GetUtcNow(), cancellationToken);
        return stored.Length;
    }

    private OfferEventItem Parse(RejectedEventRow row, OfferEventNaming naming, OfferEventRules rules)
    {
        var raw = Encoding.UTF8.GetBytes(row.Payload!);
        try
        {
            // The row's event id is passed as the key for an event without its own id: a UUID key is used as the id
            // itself.
            return parser.Parse(raw, naming, rules, row.EventId.ToString("D")).Items[0];
        }
        catch (InvalidInputException exception)
        {
            return new OfferEventItem(row.EventId, null, exception.Errors, raw);
        }
    }
}
