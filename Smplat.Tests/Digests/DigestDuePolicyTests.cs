using System.Globalization;
using Smplat.Core.Digests;

namespace Smplat.Tests.Digests;

public sealed class DigestDuePolicyTests
{
    [TestCase("2026-01-01T12:00:00Z", "UTC", "2026-W01")]
    [TestCase("2027-01-01T12:00:00Z", "UTC", "2026-W53")]
    [TestCase("2026-03-01T23:30:00Z", "UTC", "2026-W09")]
    [TestCase("2026-03-01T23:30:00Z", "Europe/Berlin", "2026-W10")]
    [TestCase("2026-03-02T08:00:00Z", "Pacific/Honolulu", "2026-W09")]
    public void Weeks_follow_the_persons_own_calendar(string now, string zone, string week) =>
        Assert.That(DigestWeek.At(Instant(now), TimeZoneInfo.FindSystemTimeZoneById(zone)).Label, Is.EqualTo(week));

    [TestCase("2026-03-02T08:59:00Z", false, false, Description = "before the hour")]
    [TestCase("2026-03-02T09:00:00Z", false, true)]
    [TestCase("2026-03-04T08:59:00Z", false, true, Description = "caught up after an outage")]
    [TestCase("2026-03-04T09:00:00Z", false, false, Description = "too late for the timer")]
    [TestCase("2026-03-06T09:00:00Z", true, true, Description = "manually at any time")]
    public void A_digest_is_due_from_its_hour_until_the_catch_up_ends(string now, bool isManual, bool isDue) =>
        Assert.That(DigestDuePolicy.IsDue(Instant(now), TimeZoneInfo.Utc, "2026-W09", Instant("2026-02-23T09:00:00Z"), isManual, new()), Is.EqualTo(isDue));

    [Test]
    public void Somebody_who_travels_west_across_the_date_line_gets_no_second_digest() =>
        Assert.That(
            DigestDuePolicy.IsDue(
                Instant("2026-03-02T19:00:00Z"),
                TimeZoneInfo.FindSystemTimeZoneById("Pacific/Honolulu"),
                "2026-W09",
                Instant("2026-03-01T20:00:00Z"),
                false,
                new()),
            Is.False);

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
