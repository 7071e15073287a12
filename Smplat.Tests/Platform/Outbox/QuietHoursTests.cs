using System.Globalization;
using Smplat.Core.Platform.Outbox;

namespace Smplat.Tests.Platform.Outbox;

public sealed class QuietHoursTests
{
    [TestCase("21-8", "2026-03-02T20:59:59Z", "UTC", null)]
    [TestCase("21-8", "2026-03-02T21:00:00Z", "UTC", "2026-03-03T08:00:00Z")]
    [TestCase("21-8", "2026-03-03T07:59:59Z", "UTC", "2026-03-03T08:00:00Z")]
    [TestCase("21-8", "2026-03-03T08:00:00Z", "UTC", null)]
    [TestCase("21-8", "2026-03-02T20:30:00Z", "Europe/Berlin", "2026-03-03T07:00:00Z")]
    [TestCase("21-8", "2026-03-28T21:00:00Z", "Europe/Berlin", "2026-03-29T06:00:00Z", Description = "the clocks go forward that night")]
    [TestCase("23-2", "2026-03-29T00:30:00Z", "Europe/Berlin", "2026-03-29T01:00:00Z", Description = "2 o'clock does not exist that night")]
    [TestCase("12-14", "2026-03-02T13:00:00Z", "UTC", "2026-03-02T14:00:00Z")]
    [TestCase("none", "2026-03-02T23:00:00Z", "UTC", null)]
    [TestCase("8-8", "2026-03-02T08:30:00Z", "UTC", null)]
    public void Quiet_ends_in_the_persons_morning(string hours, string now, string zone, string? end)
    {
        var found = QuietHours.Parse(hours)?.EndOf(Instant(now), TimeZoneInfo.FindSystemTimeZoneById(zone));

        Assert.That(found, Is.EqualTo(end is null ? null : (DateTimeOffset?)Instant(end)));
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
