using System.Globalization;
using Smplat.LocalHost.Hosting;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class TimerScheduleTests
{
    // 2026-03-02 is a Monday.
    [TestCase("0 */5 * * * *", "2026-03-02 09:00:00", "2026-03-02 09:05:00", TestName = "every five minutes")]
    [TestCase("*/5 * * * * *", "2026-03-02 09:00:57", "2026-03-02 09:01:00", TestName = "every five seconds")]
    [TestCase("10/20 * * * * *", "2026-03-02 09:00:31", "2026-03-02 09:00:50", TestName = "a step from a start")]
    [TestCase("0 0-10/5 * * * *", "2026-03-02 09:10:00", "2026-03-02 10:00:00", TestName = "a step in a range")]
    [TestCase("0 15 3 * * *", "2026-03-02 03:15:00", "2026-03-03 03:15:00",
        TestName = "daily, not again at the same instant")]
    [TestCase("0 0,30 8-10 * * *", "2026-03-02 10:30:00", "2026-03-03 08:00:00",
        TestName = "a list in a range of hours")]
    [TestCase("0 0 9 * * Mon", "2026-03-02 09:00:00", "2026-03-09 09:00:00", TestName = "a weekday by short name")]
    [TestCase("0 0 9 * * monday,thursday", "2026-03-02 09:00:01", "2026-03-05 09:00:00",
        TestName = "weekdays by long names")]
    [TestCase("0 0 9 * * 1-5", "2026-03-06 09:00:00", "2026-03-09 09:00:00", TestName = "working days")]
    [TestCase("0 0 9 * * 0", "2026-03-02 00:00:00", "2026-03-08 09:00:00", TestName = "Sunday is zero")]
    [TestCase("0 0 0 1 Jan,Jul *", "2026-03-02 00:00:00", "2026-07-01 00:00:00", TestName = "months by name")]
    [TestCase("0 0 0 31 * *", "2026-03-31 00:00:00", "2026-05-31 00:00:00", TestName = "a day that April lacks")]
    [TestCase("0 0 0 29 2 *", "2026-03-02 00:00:00", "2028-02-29 00:00:00", TestName = "leap day")]
    [TestCase("30 8 * * *", "2026-03-02 08:30:00", "2026-03-03 08:30:00", TestName = "five fields")]
    [TestCase("  0   30  8 * *  * ", "2026-03-02 08:00:00", "2026-03-02 08:30:00",
        TestName = "more blanks than needed")]
    [TestCase("00:07:30", "2026-03-02 08:00:00", "2026-03-02 08:07:30", TestName = "a time span")]
    public void The_next_occurrence_in_UTC(string schedule, string after, string next)
    {
        Assert.That(TimerSchedule.Parse(schedule, TimeZoneInfo.Utc).NextAfter(Utc(after)), Is.EqualTo(Utc(next)));
    }

    [TestCase("")]
    [TestCase("* * * *")]
    [TestCase("* * * * * * *")]
    [TestCase("0 60 * * * *")]
    [TestCase("0 0 9 * * Caturday")]
    [TestCase("-00:01:00")]
    [TestCase("every minute")]
    public void An_invalid_schedule_is_rejected(string text)
    {
        Assert.That(() => TimerSchedule.Parse(text, TimeZoneInfo.Utc), Throws.TypeOf<FormatException>());
    }

    [Test]
    public void A_date_that_does_not_exist_has_no_occurrence()
    {
        Assert.That(
            TimerSchedule.Parse("0 0 0 30 2 *", TimeZoneInfo.Utc).NextAfter(Utc("2026-03-02 00:00:00")),
            Is.Null);
    }

    [TestCase("*/59 * * * * *", true)]
    [TestCase("0,30 0 12 * * *", true)]
    [TestCase("0 * * * * *", false)]
    [TestCase("30 15 3 * * *", false)]
    [TestCase("00:00:59", true)]
    [TestCase("00:01:00", false)]
    public void A_schedule_faster_than_a_minute_is_recognised(string schedule, bool isFast)
    {
        Assert.That(
            TimerSchedule.Parse(schedule, TimeZoneInfo.Utc).IsFasterThanAMinute(Utc("2026-03-02 09:00:20")),
            Is.EqualTo(isFast));
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
