using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Smplat.Core.Notifications;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Resilience;
using Smplat.Core.Platform.Security;

namespace Smplat.Core.Digests;

/// <summary>Checks regularly for people whose digest is due in their local week.</summary>
public sealed class WeeklyDigestJob(WeeklyDigest digest, IOptionsMonitor<DigestOptions> options) : IJob
{
    public const string Id = "weekly-digest";

    public JobDefinition Definition { get; } = new(Id, "Sends weekly digests to the people who want them.")
    {
        MaxAttempts = 3,
        Backoff = new(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(10)) },
    };

    public bool IsEnabled => options.CurrentValue.IsEnabled;

    public TimeSpan Spacing => TimeSpan.FromMinutes(30);

    public async Task<JobReport> RunAsync(JobRun run, CancellationToken cancellationToken)
    {
        var isManual = run.TriggeredBy != JobRun.Timer;
        var report = await digest.RunAsync(isManual, options.CurrentValue.IsDryRun, cancellationToken);
        return JobReport.Of(
            report.Readers > 0 || report.OperatorDigest,
            ("readers", report.Readers),
            ("enqueued", report.Enqueued),
            ("empty", report.Empty),
            ("operator_digest", report.OperatorDigest),
            ("dry_run", report.IsDryRun));
    }
}

/// <summary>What a run over all recipients did; in a dry run, what it would have done.</summary>
/// <param name="Readers">People who want digests and whose digest is due.</param>
/// <param name="Failed">People whose digest could not be created; the next run tries them again.</param>
public sealed record DigestReport(int Readers, int Enqueued, int Empty, int Failed, bool OperatorDigest, bool IsDryRun);

/// <summary>Some digests could not be created. The others are enqueued; the run counts as failed and is retried.</summary>
public sealed class DigestIncompleteException(int enqueued, int failed, Exception last)
    : Exception($"{failed} digests failed and {enqueued} were enqueued; the last failure: {last.Message}", last);

/// <summary>
/// Enqueues every digest that is due, one a person and week. A run may stop at any point and be repeated on any instance: the
/// claim of a person's week commits together with the message.
/// </summary>
public sealed class WeeklyDigest(
    NpgsqlDataSource database,
    DigestStore store,
    OutboxWriter outbox,
    OperatorDigest operators,
    IOptionsMonitor<DigestOptions> options,
    TimeProvider clock,
    ILogger<WeeklyDigest> logger)
{
    private const int PageSize = 500;

    /// <param name="isManual">An operator started the run: everybody who has not had this week's digest is due.</param>
    /// <exception cref="DigestIncompleteException">Some digests could not be created.</exception>
    public async Task<DigestReport> RunAsync(bool isManual, bool isDryRun, CancellationToken cancellationToken)
    {
        var (due, enqueued, empty, failed) = (0, 0, 0, 0);
        Exception? last = null;
        await foreach (var recipient in DueAsync(isManual, cancellationToken))
        {
            due++;
            try
            {
                switch (isDryRun ? await HasContentAsync(recipient, cancellationToken) : await IssueAsync(recipient, cancellationToken))
                {
                    case true: enqueued++; break;
                    case false: empty++; break;
                    default: due--; break;
                }
            }
            catch (Exception exception) when (!DatabaseOutage.Is(exception) && !cancellationToken.IsCancellationRequested)
            {
                failed++;
                last = exception;
                DigestLog.Failed(logger, recipient.UserId, Redaction.Redact(exception.Message), exception);
            }
        }

        var forOperators = await operators.IssueAsync(isManual, isDryRun, cancellationToken);
        return failed > 0 && !isDryRun
            ? throw new DigestIncompleteException(enqueued, failed, last!)
            : new(due, enqueued, empty, failed, forOperators, isDryRun);
    }

    /// <summary>The people whose digest is due now.</summary>
    public async IAsyncEnumerable<DigestRecipient> DueAsync(
        bool isManual, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (createdAt, id) = (DateTimeOffset.UnixEpoch, Guid.Empty);
        while (true)
        {
            var page = await store.ListRecipientsAsync(createdAt, id, PageSize, cancellationToken);
            var now = clock.GetUtcNow();
            foreach (var recipient in page)
            {
                if (DigestDuePolicy.IsDue(
                    now, recipient.Zone, recipient.LastWeek, recipient.LastAt, isManual, options.CurrentValue))
                {
                    yield return recipient;
                }
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            (createdAt, id) = (page[^1].CreatedAt, page[^1].UserId);
        }
    }

    private async Task<bool?> HasContentAsync(DigestRecipient recipient, CancellationToken cancellationToken) =>
        !(await store.ReadContentAsync(recipient.UserId, cancellationToken)).IsEmpty;

    /// <returns>True when the digest was enqueued, false when it is empty, null when the week was already claimed.</returns>
    private async Task<bool?> IssueAsync(DigestRecipient recipient, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var week = DigestWeek.ToIssue(now, recipient.Zone, options.CurrentValue).Label;
        var content = await store.ReadContentAsync(recipient.UserId, cancellationToken);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var outcome = content.IsEmpty ? "empty" : "enqueued";
        if (!await store.ClaimAsync(recipient.UserId, week, outcome, now, transaction, cancellationToken))
        {
            return null;
        }

        if (!content.IsEmpty)
        {
            await outbox.EnqueueAsync(
                new(
                    MessageKinds.WeeklyDigest,
                    OutboxChannel.Email,
                    null,
                    recipient.UserId,
                    $"digest:{recipient.UserId}:{week}",
                    content.ToPayload(week),
                    now),
                transaction,
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return !content.IsEmpty;
    }
}

/// <summary>A person who wants digests, and when they last got one.</summary>
public sealed record DigestRecipient
{
    public required Guid UserId { get; init; }

    public required string TimeZone { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? LastWeek { get; init; }

    public DateTimeOffset? LastAt { get; init; }

    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

/// <summary>Decides whether a digest is due.</summary>
internal static class DigestDuePolicy
{
    /// <param name="lastWeek">Week of the last digest; null for the first.</param>
    /// <param name="isManual">An operator started the run: any time of the week is fine, but still one digest a week.</param>
    public static bool IsDue(
        DateTimeOffset now,
        TimeZoneInfo zone,
        string? lastWeek,
        DateTimeOffset? lastAt,
        bool isManual,
        DigestOptions options)
    {
        if (lastWeek == DigestWeek.ToIssue(now, zone, options).Label)
        {
            return false;
        }

        var tolerance = TimeSpan.FromHours(options.CatchUpHours + 12);
        if (lastAt is { } at && now - at < TimeSpan.FromSeconds(options.IntervalSeconds) - tolerance)
        {
            return false;
        }

        return isManual || DigestWeek.HoursSinceDue(now, zone, options.Day, options.Hour) < options.CatchUpHours;
    }
}

/// <summary>An ISO week in a person's time zone.</summary>
/// <param name="Label">Such as <c>2026-W09</c>.</param>
internal sealed record DigestWeek(string Label)
{
    public static DigestWeek At(DateTimeOffset now, TimeZoneInfo zone) => Of(TimeZoneInfo.ConvertTime(now, zone).DateTime);

    private static DigestWeek Of(DateTime local) => new(string.Create(
        CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(local):0000}-W{ISOWeek.GetWeekOfYear(local):00}"));

    /// <summary>
    /// The week whose digest would be issued now: the one that became due last while it can be caught up, even when the next
    /// week has begun meanwhile; otherwise the current one.
    /// </summary>
    public static DigestWeek ToIssue(DateTimeOffset now, TimeZoneInfo zone, DigestOptions options) =>
        HoursSinceDue(now, zone, options.Day, options.Hour) is var hours && hours < options.CatchUpHours
            ? Of(TimeZoneInfo.ConvertTime(now, zone).DateTime.AddHours(-hours))
            : At(now, zone);

    /// <summary>Hours since a digest last became due, in local time; 0 or more.</summary>
    public static double HoursSinceDue(DateTimeOffset now, TimeZoneInfo zone, int day, int hour)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        var dayOfWeek = local.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)local.DayOfWeek;
        var hours = (local - local.Date.AddDays(day - dayOfWeek).AddHours(hour)).TotalHours;
        return hours < 0 ? hours + (7 * 24) : hours;
    }
}
