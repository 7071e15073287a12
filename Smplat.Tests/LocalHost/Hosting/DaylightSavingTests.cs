using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smplat.LocalHost.Hosting;

namespace Smplat.Tests.LocalHost.Hosting;

/// <summary>
/// New York moves its clock on 2026-03-08 at 07:00 UTC (02:00 becomes 03:00) and on 2026-11-01 at 06:00 UTC (02:00 becomes
/// 01:00). Lord Howe Island moves by half an hour on 2026-10-03 at 15:30 UTC (02:00 becomes 02:30).
/// </summary>
public sealed class DaylightSavingTests
{
    private const string NewYork = "America/New_York";

    [TestCase("0 0 12 * * *", NewYork, "2026-03-07T17:00:00Z", "2026-03-08T16:00:00Z",
        TestName = "noon follows the wall clock")]
    [TestCase("0 30 2 * * *", NewYork, "2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z",
        TestName = "in the skipped hour: an hour later by the clock")]
    [TestCase("0 30 2 * * *", NewYork, "2026-03-08T07:10:00Z", "2026-03-08T07:30:00Z",
        TestName = "in the skipped hour: not lost to a start between")]
    [TestCase("0 30 2 * * *", NewYork, "2026-03-08T07:30:00Z", "2026-03-09T06:30:00Z",
        TestName = "in the skipped hour: once")]
    [TestCase("0 0 3 * * *", NewYork, "2026-03-08T06:59:00Z", "2026-03-08T07:00:00Z",
        TestName = "at the end of the skipped hour")]
    [TestCase("0 15 * * * *", NewYork, "2026-03-08T06:15:00Z", "2026-03-08T07:15:00Z",
        TestName = "hourly goes on over the skipped hour")]
    [TestCase("0 */20 * * * *", NewYork, "2026-03-08T06:40:00Z", "2026-03-08T07:00:00Z",
        TestName = "every 20 minutes over the skipped hour")]
    [TestCase("0 30 1 * * *", NewYork, "2026-11-01T05:00:00Z", "2026-11-01T05:30:00Z",
        TestName = "in the repeated hour: first pass")]
    [TestCase("0 30 1 * * *", NewYork, "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z",
        TestName = "in the repeated hour: once")]
    [TestCase("0 30 1 * * *", NewYork, "2026-11-01T06:10:00Z", "2026-11-02T06:30:00Z",
        TestName = "in the repeated hour: not again after a start in the second pass")]
    [TestCase("0 15 * * * *", NewYork, "2026-11-01T05:15:00Z", "2026-11-01T06:15:00Z",
        TestName = "hourly runs in both passes")]
    [TestCase("0 */20 * * * *", NewYork, "2026-11-01T05:40:00Z", "2026-11-01T06:00:00Z",
        TestName = "every 20 minutes from pass to pass")]
    [TestCase("0 0 2 * * *", NewYork, "2026-11-01T05:59:00Z", "2026-11-01T07:00:00Z",
        TestName = "at the end of the repeated hour")]
    [TestCase("0 15 2 * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z", "2026-10-03T15:45:00Z",
        TestName = "a skipped half hour")]
    [TestCase("0 0 9 * * *", "Asia/Kolkata", "2026-03-02T03:30:00Z", "2026-03-03T03:30:00Z",
        TestName = "a zone off the hour")]
    public void The_next_occurrence_when_the_clock_changes(string schedule, string zone, string after, string next)
    {
        var found = TimerSchedule.Parse(schedule, TimeZoneInfo.FindSystemTimeZoneById(zone)).NextAfter(Instant(after));

        Assert.That(found!.Value.UtcDateTime, Is.EqualTo(Instant(next).UtcDateTime));
    }

    [TestCase("0 30 2 * * *")]
    [TestCase("0 30 1 * * *")]
    [TestCase("0 0 0 * * *")]
    [TestCase("0 59 23 * * *")]
    public void A_daily_schedule_runs_once_on_each_day_of_the_year(string schedule)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(NewYork);
        var cron = TimerSchedule.Parse(schedule, zone);

        DateTime[] days = [.. Occurrences(cron, Instant("2026-01-01T04:59:59Z")).TakeWhile(moment => moment < Instant("2027-01-01T05:00:00Z"))
            .Select(moment => TimeZoneInfo.ConvertTime(moment, zone).Date)];

        Assert.That(days, Is.Unique.And.Length.EqualTo(365));
    }

    [TestCase("0 15 * * * *", 60)]
    [TestCase("0 */20 * * * *", 20)]
    public void A_schedule_without_hours_keeps_its_pace_over_the_whole_year(string schedule, int minutes)
    {
        var cron = TimerSchedule.Parse(schedule, TimeZoneInfo.FindSystemTimeZoneById(NewYork));
        var moments = Occurrences(cron, Instant("2026-01-01T00:00:00Z")).TakeWhile(moment => moment < Instant("2027-01-01T00:00:00Z")).ToList();

        Assert.That(
            moments.Zip(moments.Skip(1), (one, next) => next - one),
            Is.All.EqualTo(TimeSpan.FromMinutes(minutes)));
    }

    [Test]
    public void Occurrences_come_after_the_moment_and_none_is_skipped()
    {
        string[] schedules = ["0 30 2 * * *", "0 */7 1-3 * * *", "0 */20 * * * *", "0 0 2,3 * * Sun", "15 10 1 8 3 *"];
        string[] zones = [NewYork, "Europe/Berlin", "Australia/Lord_Howe", "UTC"];
        var start = Instant("2026-01-01T00:00:00Z");
        var cases = from schedule in Gen.Elements(schedules)
                    from zone in Gen.Elements(zones)
                    from minutes in Gen.Choose(0, 525_600)
                    from later in Gen.Choose(0, 600)
                    select (schedule, zone, moment: start.AddMinutes(minutes), later);

        Check.QuickThrowOnFailure(Prop.ForAll(Arb.From(cases), given =>
        {
            var cron = TimerSchedule.Parse(given.schedule, TimeZoneInfo.FindSystemTimeZoneById(given.zone));
            var next = cron.NextAfter(given.moment)!.Value;
            var between = given.moment.AddMinutes(given.later);

            // From any moment before it, the same occurrence is next; from it on, a later one is.
            return next > given.moment
                && cron.NextAfter(next)!.Value > next
                && (between >= next || cron.NextAfter(between)!.Value == next);
        }));
    }

    private static IEnumerable<DateTimeOffset> Occurrences(TimerSchedule schedule, DateTimeOffset from)
    {
        for (var next = schedule.NextAfter(from); next is { } moment; next = schedule.NextAfter(moment))
        {
            yield return moment;
        }
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
