using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Input;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Access;

/// <summary>
/// Counts failed sign-ins and locks out after too many. Failures count for the identifier and the client address together, and
/// with a higher limit for the identifier from all addresses. So a stranger cannot keep a member locked out: an address from
/// which the member signed in before is exempt from the second limit. A success clears the count of its address and never lifts
/// a lock. Identifiers and addresses are stored as keyed hashes only.
/// </summary>
public sealed class LockoutOperations(
    LockoutStore store,
    LockoutHash hash,
    IOptionsMonitor<LockoutOptions> options,
    DurableCounters counters,
    TimeProvider clock,
    ILogger<LockoutOperations> logger)
{
    /// <summary>Counts an attempt; the answer includes its effect.</summary>
    public async Task<LockoutOutcome> RecordAsync(ReportAttempt attempt, CancellationToken cancellationToken)
    {
        if (hash.TryName(attempt.Identifier, attempt.ClientAddress) is not { } name)
        {
            return new LockoutOutcome.Refused(new LockoutNotConfigured());
        }

        counters.Increment(AuthMetrics.Attempts, ("outcome", attempt.Outcome), ("surface", AuthMetrics.Storefront));
        var rows = attempt.IsSuccess ? await ClearAsync(name, cancellationToken) : await CountAsync(name, cancellationToken);
        return new LockoutOutcome.Known(LockoutPolicy.StateOf(rows, clock.GetUtcNow(), options.CurrentValue));
    }

    /// <summary>The state without counting anything.</summary>
    public async Task<LockoutOutcome> ReadAsync(AskLockout question, CancellationToken cancellationToken)
    {
        if (hash.TryName(question.Identifier, question.ClientAddress) is not { } name)
        {
            return new LockoutOutcome.Refused(new LockoutNotConfigured());
        }

        var rows = await store.ReadAsync(name, cancellationToken);
        var state = LockoutPolicy.StateOf(rows, clock.GetUtcNow(), options.CurrentValue);
        counters.Increment(AuthMetrics.Checks, ("locked", state.Locked ? "true" : "false"));
        return new LockoutOutcome.Known(state);
    }

    /// <summary>Everything that is stored about an identifier, for operators.</summary>
    public async Task<LockoutOutcome> ReviewAsync(string identifier, CancellationToken cancellationToken)
    {
        if (hash.TryName(identifier, null) is not { } name)
        {
            return new LockoutOutcome.Refused(new LockoutNotConfigured());
        }

        var now = clock.GetUtcNow();
        var entries = await store.ListAsync(name.Identifier, cancellationToken);
        return new LockoutOutcome.Reviewed(new(
            LockoutHash.Short(name.Identifier),
            entries.Any(entry => entry.LockedUntil > now),
            [.. entries.Select(entry => LockoutEntry.From(entry, now))],
            await store.ListLiftsAsync(name.Identifier, cancellationToken)));
    }

    /// <summary>Lifts every lock of an identifier, forgets its failures, and records who did it and why.</summary>
    public async Task<LockoutOutcome> LiftAsync(LiftLockout command, CancellationToken cancellationToken)
    {
        if (hash.TryName(command.Identifier, null) is not { } name)
        {
            return new LockoutOutcome.Refused(new LockoutNotConfigured());
        }

        var locks = await store.LiftAsync(name.Identifier, command, clock.GetStoredNow(), cancellationToken);
        AccessLog.Lifted(logger, command.Actor, locks, LockoutHash.Short(name.Identifier));
        return new LockoutOutcome.Lifted(locks);
    }

    private async Task<LockoutRows> CountAsync(LockoutName name, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var now = clock.GetStoredNow();
        var rows = await store.CountAsync(
            name,
            new(
                settings.Threshold,
                settings.IdentifierThreshold,
                now.AddSeconds(-settings.WindowSeconds),
                now,
                now.AddSeconds(settings.DurationSeconds)),
            cancellationToken);
        Report(name, rows.Own, "address", now);
        Report(name, rows.Shared, "identifier", now);
        return rows;
    }

    private async Task<LockoutRows> ClearAsync(LockoutName name, CancellationToken cancellationToken)
    {
        var now = clock.GetStoredNow();
        var days = name.HasAddress ? options.CurrentValue.KnownAddressDays : 0;
        await store.ClearAsync(name, now, days > 0 ? now.AddDays(days) : null, cancellationToken);
        return await store.ReadAsync(name, cancellationToken);
    }

    /// <summary>Counts a lock once, by the attempt that caused it.</summary>
    private void Report(LockoutName name, LockoutRow? row, string scope, DateTimeOffset now)
    {
        if (row is { IsCounted: true, LockedUntil: { } until } && until > now)
        {
            counters.Increment(AuthMetrics.Lockouts, ("surface", AuthMetrics.Storefront));
            AccessLog.LockedOut(logger, LockoutHash.Short(name.Identifier), (int)(until - now).TotalSeconds, scope);
        }
    }
}

/// <summary>An attempt to sign in.</summary>
/// <param name="Identifier">What the visitor signs in with, as typed.</param>
/// <param name="Outcome"><c>success</c> or <c>failure</c>.</param>
/// <param name="ClientAddress">The visitor's address as it is counted; null when the storefront does not send it.</param>
public sealed record ReportAttempt(string Identifier, string Outcome, string? ClientAddress)
{
    public bool IsSuccess => Outcome == "success";

    public static ReportAttempt Read(Fields fields) => new(
        fields.RequiredText("identifier", 1, AskLockout.MaxIdentifier, isFilled: true),
        fields.RequiredLabel("outcome", ["success", "failure"]),
        AskLockout.ReadAddress(fields));
}

/// <summary>Whether somebody may try to sign in.</summary>
/// <param name="ClientAddress">To be sent with every attempt and every question, or with none.</param>
public sealed record AskLockout(string Identifier, string? ClientAddress)
{
    internal const int MaxIdentifier = 320;

    public static AskLockout Read(Fields fields) => new(ReadIdentifier(fields), ReadAddress(fields));

    public static string ReadIdentifier(Fields fields) => fields.RequiredText("identifier", 1, MaxIdentifier, isFilled: true);

    internal static string? ReadAddress(Fields fields)
    {
        const string name = "client_address";
        var text = fields.Text(name, 1, 60);
        fields.Describe(name, "The visitor's IP address, with or without a port. An IPv6 address counts as its /64.");
        if (text is null)
        {
            return null;
        }

        if (NetworkAddress.Parse(text.Trim()) is { } address)
        {
            return NetworkAddress.Format(address);
        }

        fields.Error(name, "Must be an IP address.", "ip_any_address");
        return null;
    }
}

/// <summary>Lift the lockouts of an identifier.</summary>
/// <param name="Actor">Who lifts them; recorded with the reason.</param>
public sealed record LiftLockout(string Identifier, string Actor, string Reason)
{
    public static LiftLockout Read(Fields fields) => new(
        fields.RequiredText("identifier", 1, AskLockout.MaxIdentifier, isFilled: true),
        fields.RequiredText("actor", 1, 100, isFilled: true),
        fields.RequiredText("reason", 1, 500, isFilled: true));
}

public abstract record LockoutOutcome
{
    public sealed record Known(LockoutState State) : LockoutOutcome;

    public sealed record Reviewed(LockoutReview Review) : LockoutOutcome;

    /// <param name="Locks">Locks that held until now.</param>
    public sealed record Lifted(int Locks) : LockoutOutcome;

    public sealed record Refused(Refusal Refusal) : LockoutOutcome;
}

/// <summary>The hashes have no key.</summary>
internal sealed record LockoutNotConfigured()
    : Unavailable("access.lockout_not_configured", "Lockouts are not configured: set AUTH_LOCKOUT_SECRET to at least 32 random characters.");

/// <summary>Whether sign-ins are locked out.</summary>
/// <param name="RetryAfterSeconds">Seconds until the lock ends; null while there is none.</param>
/// <param name="RemainingAttempts">Failures that are left before a lockout; 0 while there is one.</param>
public sealed record LockoutState(bool Locked, int? RetryAfterSeconds, int RemainingAttempts);

/// <summary>What is stored about an identifier.</summary>
/// <param name="Identifier">The first digits of its hash, as they appear in the log.</param>
/// <param name="IsLocked">Whether one of the entries is locked.</param>
public sealed record LockoutReview(string Identifier, bool IsLocked, IReadOnlyList<LockoutEntry> Entries, IReadOnlyList<LockoutLift> Lifts);

/// <summary>Failures and lock of one identifier from one address.</summary>
/// <param name="Source"><c>any</c> for all addresses together, <c>none</c> for attempts without an address, else digits of its hash.</param>
/// <param name="KnownUntil">Until when the address counts as one of the member's; null for others.</param>
public sealed record LockoutEntry(
    string Source,
    bool IsLocked,
    int Failures,
    DateTimeOffset? WindowStartedAt,
    DateTimeOffset? LockedAt,
    DateTimeOffset? LockedUntil,
    DateTimeOffset? KnownUntil)
{
    internal static LockoutEntry From(LockoutRow row, DateTimeOffset now) => new(
        row.Source is LockoutName.AnySource or LockoutName.NoSource ? row.Source : LockoutHash.Short(row.Source),
        row.LockedUntil > now,
        row.Failures,
        row.WindowStartedAt,
        row.LockedAt,
        row.LockedUntil,
        row.KnownUntil);
}

/// <summary>Lockouts that an operator lifted.</summary>
/// <param name="Locks">How many held at that time.</param>
public sealed record LockoutLift(string Actor, string Reason, int Locks, DateTimeOffset LiftedAt);

/// <summary>The two rows that decide about an attempt.</summary>
/// <param name="Own">The identifier from this address; null when nothing is stored.</param>
/// <param name="Shared">The identifier from all addresses.</param>
internal sealed record LockoutRows(LockoutRow? Own, LockoutRow? Shared);

/// <summary>Reads the state from the rows.</summary>
internal static class LockoutPolicy
{
    public static LockoutState StateOf(LockoutRows rows, DateTimeOffset now, LockoutOptions options)
    {
        var isExempt = IsExempt(rows, now);
        var lockedUntil = Later(HeldUntil(rows.Own, now), isExempt ? null : HeldUntil(rows.Shared, now));
        if (lockedUntil is { } until)
        {
            return new(true, (int)Math.Ceiling((until - now).TotalSeconds), 0);
        }

        var left = options.Threshold - CountedIn(rows.Own, now, options);
        var leftForAll = options.IdentifierThreshold - CountedIn(rows.Shared, now, options);
        return new(false, null, Math.Max(1, isExempt ? left : Math.Min(left, leftForAll)));
    }

    /// <summary>
    /// Whether the member signed in from this address before the identifier was locked. A success during the lock does not
    /// count, because a success never lifts a lock.
    /// </summary>
    private static bool IsExempt(LockoutRows rows, DateTimeOffset now) =>
        rows.Own is { KnownSince: { } since, KnownUntil: { } until } && until > now
        && (HeldUntil(rows.Shared, now) is null || since < rows.Shared!.LockedAt);

    private static DateTimeOffset? HeldUntil(LockoutRow? row, DateTimeOffset now) => row?.LockedUntil > now ? row.LockedUntil : null;

    private static int CountedIn(LockoutRow? row, DateTimeOffset now, LockoutOptions options) =>
        row is not null && row.WindowStartedAt > now.AddSeconds(-options.WindowSeconds) ? row.Failures : 0;

    private static DateTimeOffset? Later(DateTimeOffset? first, DateTimeOffset? second) =>
        first is null || second > first ? second ?? first : first;
}

/// <summary>Under which hashes an identifier and an address are stored.</summary>
/// <param name="Identifier">64 hexadecimal digits.</param>
/// <param name="Source">64 hexadecimal digits, or <see cref="NoSource"/>.</param>
internal sealed record LockoutName(string Identifier, string Source)
{
    /// <summary>Attempts that were reported without an address.</summary>
    public const string NoSource = "none";

    /// <summary>All attempts of the identifier.</summary>
    public const string AnySource = "any";

    public bool HasAddress => Source != NoSource;
}

/// <summary>Hashes identifiers and addresses with a key, so that the table alone tells nothing about either.</summary>
public sealed class LockoutHash(IOptionsMonitor<LockoutOptions> options, IOptionsMonitor<RuntimeOptions> runtime)
{
    private const string LocalSecret = "a local run protects nobody, so its hashes need no secret";

    /// <returns>Null without a key.</returns>
    internal LockoutName? TryName(string identifier, string? address)
    {
        if ((options.CurrentValue.Secret ?? (runtime.CurrentValue.IsLocal ? LocalSecret : null)) is not { } secret)
        {
            return null;
        }

        var key = Encoding.UTF8.GetBytes(secret);
        var who = SignInIdentifier.Normalize(identifier);
        return new(Hash(key, $"identifier|{who}"), address is null ? LockoutName.NoSource : Hash(key, $"address|{who}|{address}"));
    }

    /// <summary>Enough digits to find the same identifier again in the log.</summary>
    internal static string Short(string hash) => SafeText.Cut(hash, 12);

    private static string Hash(byte[] key, string text) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}

/// <summary>
/// Brings the spellings of one identifier together, so that none gives more attempts: compatibility forms, case, invisible
/// characters, and the domain in Unicode or Punycode. Dots and plus signs stay, because they can distinguish mailboxes.
/// </summary>
internal static class SignInIdentifier
{
    private static readonly IdnMapping Domains = new() { AllowUnassigned = true };

    public static string Normalize(string text)
    {
        var folded = Fold(SafeText.Clean(text));
        var at = folded.LastIndexOf('@');
        return at < 0 ? folded : string.Concat(folded.AsSpan(0, at + 1), Domain(folded[(at + 1)..]));
    }

    private static string Fold(string text)
    {
        // Folding can make a new combination, so the forms are composed again until nothing changes.
        for (var pass = 0; pass < 4; pass++)
        {
            var next = Visible(text.Normalize(NormalizationForm.FormKC).ToUpperInvariant().ToLowerInvariant()).Trim();
            if (next == text)
            {
                break;
            }

            text = next;
        }

        return text;
    }

    private static string Visible(string text) => string.Concat(text.EnumerateRunes().Where(rune =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Format or UnicodeCategory.Control)).Select(rune => rune.ToString()));

    private static string Domain(string domain)
    {
        try
        {
            return Domains.GetAscii(domain).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Not a domain; the text counts as it is.
            return domain;
        }
    }
}

/// <summary>Counters of sign-ins, of shoppers and of operators.</summary>
public static class AuthMetrics
{
    public const string Attempts = "smplat_auth_attempts_total";
    public const string Lockouts = "smplat_auth_lockouts_total";
    public const string Checks = "smplat_auth_lockout_checks_total";

    /// <summary>The label <c>surface</c>: shoppers at the storefront.</summary>
    public const string Storefront = "storefront";

    /// <summary>Operators at the operators' page.</summary>
    public const string Operators = "operators";
}

/// <summary>Deletes rows without a lock, a running window or a known address, as part of the retention job.</summary>
internal sealed class LockoutRetention(
    LockoutStore store, IOptionsMonitor<LockoutOptions> options, IOptionsMonitor<AccessEventOptions> events) : IExpiringRows
{
    public string Name => "auth_lockout";

    public Task<int> DeleteExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken) => store.DeleteExpiredAsync(
        now,
        now.AddSeconds(-Math.Max(options.CurrentValue.WindowSeconds, options.CurrentValue.DurationSeconds)),
        now.AddDays(-events.CurrentValue.RetentionDays),
        cancellationToken);
}
