using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Access;

/// <summary>What a route asks of its caller. Each tier includes the ones before it, except that metrics is a tier beside them.</summary>
public enum AccessTier
{
    /// <summary>Nothing: the route is open to all.</summary>
    Open,

    /// <summary>A key that may read metrics.</summary>
    Metrics,

    /// <summary>A storefront, for the member whom a token names.</summary>
    Member,

    /// <summary>An operator.</summary>
    Operator,

    /// <summary>An administrator: configuration and what cannot be undone.</summary>
    Admin,
}

/// <summary>The names of tiers, decisions and sources in records and answers.</summary>
public static class AccessWords
{
    public const string Allowed = "allowed";
    public const string Denied = "denied";
    public const string Redirected = "redirected";
    public const string RateLimited = "rate_limited";

    /// <summary>A route of the API decided.</summary>
    public const string Api = "api";

    /// <summary>An operators' page decided.</summary>
    public const string Page = "page";

    /// <summary>A storefront decided and reported it.</summary>
    public const string Report = "report";

    public static readonly IReadOnlyList<string> Decisions = [Allowed, Denied, Redirected, RateLimited];

    public static readonly IReadOnlyList<string> Tiers = [.. Enum.GetValues<AccessTier>().Select(Label)];

    public static string Label(this AccessTier tier) => tier.ToString().ToLowerInvariant();
}

/// <summary>
/// A refused request, or a change by an operator. Who it was stands in the name of a configured key or in the id of a member;
/// it never contains a key or a token.
/// </summary>
public sealed record AccessEvent
{
    public required Guid Id { get; init; }

    /// <summary><c>api</c>, <c>page</c>, or <c>report</c> for a decision that a storefront reported.</summary>
    public required string Source { get; init; }

    /// <summary>The template of the route.</summary>
    public required string Route { get; init; }

    public string? Method { get; init; }

    /// <summary>The tier that the route asks for, as <see cref="AccessWords.Label"/> names it.</summary>
    public required string RequiredTier { get; init; }

    /// <summary><c>allowed</c>, <c>denied</c>, <c>redirected</c> or <c>rate_limited</c>.</summary>
    public required string Decision { get; init; }

    /// <summary>Why it was refused; null for what was allowed.</summary>
    public string? Reason { get; init; }

    /// <summary>The status of the answer; null in reports.</summary>
    public int? Status { get; init; }

    /// <summary>Which configured key was used; null for none or an unknown one. In a report, the key of the reporter.</summary>
    public string? KeyName { get; init; }

    public string? KeyFingerprint { get; init; }

    public string? SubjectEmail { get; init; }

    /// <summary>The member whom a token named, or whom a report names.</summary>
    public Guid? UserId { get; init; }

    public Guid? ServiceAccountId { get; init; }

    public string? TraceId { get; init; }

    public JsonElement? Metadata { get; init; }

    /// <summary>More than one where equal events within a minute are one row.</summary>
    public long Occurrences { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last of the occurrences was.</summary>
    public DateTimeOffset LastAt { get; init; }
}

/// <summary>Takes the decisions that storefronts report, and reads the record.</summary>
public sealed class AccessEventQueries(AccessEventStore store, AccessEventLog log, TimeProvider clock)
{
    /// <summary>Stores a reported decision before it returns.</summary>
    /// <param name="keyName">The key of the reporter; null in a local run without keys.</param>
    public async Task<AccessEvent> ReportAsync(ReportAccess report, string? keyName, string? traceId, CancellationToken cancellationToken)
    {
        var now = clock.GetStoredNow();
        var reported = new AccessEvent
        {
            Id = Guid.CreateVersion7(now),
            Source = AccessWords.Report,
            Route = report.Route,
            Method = report.Method,
            RequiredTier = report.RequiredTier,
            Decision = report.Decision,
            Reason = report.Reason is { } reason ? Redaction.Redact(reason) : null,
            KeyName = keyName,
            SubjectEmail = report.SubjectEmail,
            UserId = report.UserId,
            ServiceAccountId = report.ServiceAccountId,
            TraceId = traceId,
            Metadata = report.Metadata,
            CreatedAt = now,
            LastAt = now,
        };
        await store.AddAsync([reported], cancellationToken);
        return reported;
    }

    /// <summary>Newest first, including what this instance has just seen. Other instances are about a second behind.</summary>
    public async Task<IReadOnlyList<AccessEvent>> ListAsync(ListAccess query, CancellationToken cancellationToken)
    {
        await log.WriteAsync(cancellationToken);
        return await store.ListAsync(query, cancellationToken);
    }

    public async Task<AccessFigures> MeasureAsync(MeasureAccess query, CancellationToken cancellationToken)
    {
        await log.WriteAsync(cancellationToken);
        var start = clock.GetStoredNow().AddHours(-query.WindowHours);
        return AccessFigures.From(start, query.WindowHours, await store.SumAsync(start, cancellationToken));
    }
}

/// <summary>A decision of a storefront about one of its own pages.</summary>
public sealed record ReportAccess
{
    private const int MaxRoute = 300;
    private const int MaxMetadata = 4_096;

    public required string Route { get; init; }

    public required string RequiredTier { get; init; }

    public required string Decision { get; init; }

    public string? Method { get; init; }

    public string? Reason { get; init; }

    public string? SubjectEmail { get; init; }

    public Guid? UserId { get; init; }

    public Guid? ServiceAccountId { get; init; }

    public JsonElement? Metadata { get; init; }

    public static ReportAccess Read(Fields fields) => new()
    {
        Route = WithoutQuery(fields.RequiredText("route", 1, MaxRoute, isFilled: true)),
        RequiredTier = fields.RequiredLabel("required_tier", AccessWords.Tiers),
        Decision = fields.RequiredLabel("decision", AccessWords.Decisions),
        Method = fields.Text("method", 1, 20),
        Reason = fields.Text("reason", 0, 500),
        SubjectEmail = fields.Text("subject_email", 1, 320)?.Trim().ToLowerInvariant(),
        UserId = fields.Guid("user_id"),
        ServiceAccountId = fields.Guid("service_account_id"),
        Metadata = ReadMetadata(fields),
    };

    /// <summary>Queries can carry tokens.</summary>
    private static string WithoutQuery(string route) => route.Split('?', '#')[0] is { Length: > 0 } path ? path : "/";

    private static JsonElement? ReadMetadata(Fields fields)
    {
        const string name = "metadata";
        var metadata = fields.Object(name);
        fields.Describe(name, $"At most {MaxMetadata} characters of JSON, without secrets.");
        if (metadata?.GetRawText().Length > MaxMetadata)
        {
            fields.Error(name, $"Must have at most {MaxMetadata} characters of JSON.", "too_long");
        }

        return metadata;
    }
}

/// <summary>Which events to list.</summary>
/// <param name="Limit">1 to 200, default 50.</param>
/// <param name="Decisions">Empty for all.</param>
/// <param name="Since">Null for all that is kept.</param>
public sealed record ListAccess(int Limit, IReadOnlyList<string> Decisions, DateTimeOffset? Since)
{
    public static ListAccess Read(Fields fields)
    {
        var limit = fields.Integer("limit", 1, 200) ?? 50;
        var decisions = fields.Texts("decisions", 20, 20);
        fields.Describe("decisions", values: AccessWords.Decisions);
        if (decisions.FirstOrDefault(decision => !AccessWords.Decisions.Contains(decision)) is not null)
        {
            fields.Error("decisions", $"Must be one of {string.Join(", ", AccessWords.Decisions)}.", "enum");
        }

        return new(limit, decisions, fields.Instant("since"));
    }
}

/// <summary>Over which time to count.</summary>
/// <param name="WindowHours">1 to 168, default 24.</param>
public sealed record MeasureAccess(int WindowHours)
{
    public static MeasureAccess Read(Fields fields) => new(fields.Integer("window_hours", 1, 168) ?? 24);
}

/// <summary>How many decisions there were in a window. Only refusals, operators' changes and reports are on record.</summary>
public sealed record AccessFigures
{
    public required DateTimeOffset WindowStart { get; init; }

    public required int WindowHours { get; init; }

    public required long Total { get; init; }

    public required long Allowed { get; init; }

    public required long Denied { get; init; }

    public required long Redirected { get; init; }

    public required long RateLimited { get; init; }

    /// <summary>Distinct people, by mail address or else by id.</summary>
    public required long UniqueSubjects { get; init; }

    /// <summary>Refusals on routes of the admin tier.</summary>
    public required long AdminDenials { get; init; }

    internal static AccessFigures From(DateTimeOffset start, int hours, AccessSums sums) => new()
    {
        WindowStart = start,
        WindowHours = hours,
        Total = sums.Allowed + sums.Denied + sums.Redirected + sums.RateLimited,
        Allowed = sums.Allowed,
        Denied = sums.Denied,
        Redirected = sums.Redirected,
        RateLimited = sums.RateLimited,
        UniqueSubjects = sums.UniqueSubjects,
        AdminDenials = sums.AdminDenials,
    };
}

/// <summary>Deletes old access events, as part of the retention job.</summary>
internal sealed class AccessEventRetention(AccessEventStore store, IOptionsMonitor<AccessEventOptions> options) : IExpiringRows
{
    public string Name => "access_events";

    public Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        store.DeleteBeforeAsync(now.AddDays(-options.CurrentValue.RetentionDays), cancellationToken);
}
