namespace Smplat.Core.Platform.Outbox;

/// <summary>Decides whether a message may go out now. The order of the rules is the order of their finality.</summary>
public static class AdmissionPolicy
{
    private static readonly TimeSpan CapWindow = TimeSpan.FromHours(24);

    public static DateTimeOffset CapSince(DateTimeOffset now) => now - CapWindow;

    /// <param name="isPersonal">The message names a person, rather than an address of operators.</param>
    public static AdmissionVerdict Decide(
        MessageKind kind, bool isPersonal, AdmissionFacts facts, NotificationOptions options, DateTimeOffset now)
    {
        if (Objection(kind, isPersonal, facts) is { } reason)
        {
            return new AdmissionVerdict.Suppressed(reason);
        }

        return kind.IsRestrained && facts.Person is { } person
            ? Restrain(person, facts, options, now)
            : new AdmissionVerdict.Admitted();
    }

    private static string? Objection(MessageKind kind, bool isPersonal, AdmissionFacts facts)
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

    private static AdmissionVerdict Restrain(
        Person person, AdmissionFacts facts, NotificationOptions options, DateTimeOffset now)
    {
        if (QuietHours.Parse(options.QuietHours)?.EndOf(now, person.Zone) is { } end)
        {
            return new AdmissionVerdict.Deferred(end, SuppressionReason.QuietHours);
        }

        if (options.DailyCap > 0 && facts.RecentCount >= options.DailyCap)
        {
            return new AdmissionVerdict.Suppressed(SuppressionReason.DailyCap);
        }

        var rested = facts.LastOfKindAt + TimeSpan.FromMinutes(options.CooldownMinutes);
        return rested > now
            ? new AdmissionVerdict.Deferred(rested.Value, SuppressionReason.Cooldown)
            : new AdmissionVerdict.Admitted();
    }
}
