using System.Globalization;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Platform.Outbox;

/// <summary>
/// Decides whether a mail may be sent now. The decision and its record commit together, and messages to one person are
/// decided one after the other, so that the daily cap is exact across concurrent senders.
/// </summary>
public sealed class Admission(
    RecipientStore store, MessageCatalog kinds, IOptionsMonitor<OutboxOptions> options, TimeProvider clock)
{
    /// <returns>The facts and the verdict; null when the lease was lost.</returns>
    public Task<(AdmissionFacts Facts, AdmissionVerdict Verdict)?> DecideAsync(
        ClaimedMessage message, MessageKind kind, string owner, DateTimeOffset leaseExpiresAt, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isPersonal = message.Recipient is null || message.UserId is not null;
        return store.DecideAsync(
            message,
            owner,
            now,
            leaseExpiresAt,
            kinds.Restrained,
            facts => AdmissionPolicy.Decide(kind, isPersonal, facts, options.CurrentValue, now),
            cancellationToken);
    }
}

/// <summary>Whether a message may be sent.</summary>
public abstract record AdmissionVerdict
{
    private AdmissionVerdict()
    {
    }

    public sealed record Admitted : AdmissionVerdict;

    /// <summary>Not yet. The message is claimed and decided again at that time.</summary>
    public sealed record Deferred(DateTimeOffset Until, string Reason) : AdmissionVerdict;

    /// <summary>Never. The row keeps the reason.</summary>
    public sealed record Suppressed(string Reason) : AdmissionVerdict;
}

/// <summary>What the decision is based on.</summary>
/// <param name="Person">Null for messages to operators, and for people who no longer exist.</param>
/// <param name="RecentCount">Reminders and marketing admitted for the person in the last 24 hours.</param>
/// <param name="LastOfKindAt">When a message of this kind was last admitted for the person.</param>
/// <param name="BlockReason">Why the address is blocked; null when it is not.</param>
public sealed record AdmissionFacts(
    Person? Person,
    NotificationPreferences Preferences,
    string? Address,
    int RecentCount,
    DateTimeOffset? LastOfKindAt,
    string? BlockReason);

/// <summary>The person that a message is for, as far as sending is concerned.</summary>
/// <param name="TimeZone">IANA name; an unknown one counts as UTC.</param>
public sealed record Person(
    Guid Id, string? Email, string? DisplayName, string Status, string TimeZone, string Locale)
{
    public TimeZoneInfo Zone => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) ? zone : TimeZoneInfo.Utc;
}

/// <summary>Values of <c>notification_outbox.reason</c> for messages that are deliberately not sent, or not yet.</summary>
internal static class SuppressionReason
{
    public const string PersonGone = "person_gone";
    public const string PersonSuspended = "person_suspended";
    public const string NoAddress = "no_address";
    public const string DailyCap = "daily_cap";
    public const string MailOff = "mail_not_configured";
    public const string SlackOff = "slack_not_configured";

    /// <summary>The message is deferred; the row stays pending.</summary>
    public const string Cooldown = "cooldown";

    /// <summary>The message is deferred; the row stays pending.</summary>
    public const string QuietHours = "quiet_hours";

    public static string PreferenceOff(string preference) => $"preference_off:{preference}";

    public static string AddressBlocked(string why) => $"address_blocked:{why}";
}

/// <summary>The rules of admission, pure. Rules that suppress come before rules that only defer.</summary>
internal static class AdmissionPolicy
{
    private static readonly TimeSpan CapWindow = TimeSpan.FromHours(24);

    public static DateTimeOffset CapSince(DateTimeOffset now) => now - CapWindow;

    /// <param name="isPersonal">The message is for a person, not for an operators' address.</param>
    public static AdmissionVerdict Decide(
        MessageKind kind, bool isPersonal, AdmissionFacts facts, OutboxOptions options, DateTimeOffset now)
    {
        if (ReasonToSuppress(kind, isPersonal, facts) is { } reason)
        {
            return new AdmissionVerdict.Suppressed(reason);
        }

        return kind.IsRestrained && facts.Person is { } person
            ? ApplyLimits(person, facts, options, now)
            : new AdmissionVerdict.Admitted();
    }

    private static string? ReasonToSuppress(MessageKind kind, bool isPersonal, AdmissionFacts facts)
    {
        if (isPersonal && facts.Person is null)
        {
            return SuppressionReason.PersonGone;
        }

        if (facts.Person?.Status == "suspended")
        {
            return SuppressionReason.PersonSuspended;
        }

        if (isPersonal && kind.Preference is { } preference && !facts.Preferences.Allows(preference))
        {
            return SuppressionReason.PreferenceOff(preference);
        }

        if (string.IsNullOrWhiteSpace(facts.Address))
        {
            return SuppressionReason.NoAddress;
        }

        return facts.BlockReason is { } why ? SuppressionReason.AddressBlocked(why) : null;
    }

    private static AdmissionVerdict ApplyLimits(
        Person person, AdmissionFacts facts, OutboxOptions options, DateTimeOffset now)
    {
        if (QuietHours.Parse(options.QuietHours)?.EndOf(now, person.Zone) is { } end)
        {
            return new AdmissionVerdict.Deferred(end, SuppressionReason.QuietHours);
        }

        if (options.DailyCap > 0 && facts.RecentCount >= options.DailyCap)
        {
            return new AdmissionVerdict.Suppressed(SuppressionReason.DailyCap);
        }

        var cooldownEnd = facts.LastOfKindAt + TimeSpan.FromMinutes(options.CooldownMinutes);
        return cooldownEnd > now
            ? new AdmissionVerdict.Deferred(cooldownEnd.Value, SuppressionReason.Cooldown)
            : new AdmissionVerdict.Admitted();
    }
}

/// <summary>Hours of a person's local day in which reminders and marketing are not sent.</summary>
/// <param name="FromHour">First quiet hour.</param>
/// <param name="ToHour">First hour that is no longer quiet; the span may cross midnight.</param>
internal sealed record QuietHours(int FromHour, int ToHour)
{
    /// <summary>Null for <c>none</c> and for two equal hours.</summary>
    public static QuietHours? Parse(string text)
    {
        if (text.Split('-') is not [var from, var to])
        {
            return null;
        }

        var hours = new QuietHours(
            int.Parse(from, CultureInfo.InvariantCulture), int.Parse(to, CultureInfo.InvariantCulture));
        return hours.FromHour == hours.ToHour ? null : hours;
    }

    /// <summary>When the quiet hours end; null outside quiet hours.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone);
        if (!Contains(local.Hour))
        {
            return null;
        }

        var day = local.Hour < ToHour ? local.Date : local.Date.AddDays(1);
        var end = day.AddHours(ToHour);
        while (zone.IsInvalidTime(end))
        {
            // A clock change skips this time, so quiet hours end at the first time that exists.
            end = end.AddMinutes(30);
        }

        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
    }

    private bool Contains(int hour) => FromHour < ToHour
        ? hour >= FromHour && hour < ToHour
        : hour >= FromHour || hour < ToHour;
}
