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

    [TestCase("2026-03-08T19:59:00Z", false)]
    [TestCase("2026-03-08T20:00:00Z", true)]
    [TestCase("2026-03-09T01:00:00Z", true, Description = "five hours of outage over the end of the week")]
    [TestCase("2026-03-10T19:59:00Z", true)]
    [TestCase("2026-03-10T20:00:00Z", false)]
    public void A_digest_of_Sunday_evening_is_caught_up_in_the_next_week_under_its_own_week(string now, bool isDue)
    {
        var sunday = new DigestOptions { Day = 7, Hour = 20 };
        Assert.That(
            DigestDuePolicy.IsDue(Instant(now), TimeZoneInfo.Utc, "2026-W09", Instant("2026-03-01T20:00:00Z"), false, sunday),
            Is.EqualTo(isDue));
        if (isDue)
        {
            Assert.That(DigestWeek.ToIssue(Instant(now), TimeZoneInfo.Utc, sunday).Label, Is.EqualTo("2026-W10"));
            Assert.That(
                DigestDuePolicy.IsDue(Instant(now), TimeZoneInfo.Utc, "2026-W10", Instant(now).AddMinutes(-1), false, sunday), Is.False);
        }
    }

    /// <summary>Any day and hour, any time of an outage within the catch-up: the issue comes once, under the week in which it was due.</summary>
    [Test]
    public void Whenever_a_digest_is_due_an_outage_within_the_catch_up_loses_none(
        [Range(1, 7)] int day, [Values(0, 9, 23)] int hour, [Values(0, 1, 5, 30, 47)] int outage)
    {
        var settings = new DigestOptions { Day = day, Hour = hour };
        var due = Instant("2026-03-02T00:00:00Z").AddDays(day - 1).AddHours(hour);

        Assert.That(DigestDuePolicy.IsDue(due.AddHours(outage), TimeZoneInfo.Utc, "2026-W09", due.AddDays(-7), false, settings), Is.True);
        Assert.That(DigestWeek.ToIssue(due.AddHours(outage), TimeZoneInfo.Utc, settings).Label, Is.EqualTo("2026-W10"));
    }

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
