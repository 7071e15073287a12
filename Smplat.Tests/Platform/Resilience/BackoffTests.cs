using System.Net.Http.Headers;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Platform.Resilience;

namespace Smplat.Tests.Platform.Resilience;

[Parallelizable(ParallelScope.All)]
public sealed class BackoffTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    private static readonly Gen<double> Fraction = Gen.Choose(0, 999_999).Select(millionths => millionths / 1_000_000d);

    private static readonly Gen<Backoff> Schedules =
        from first in Gen.Choose(1, 600_000)
        from room in Gen.Choose(0, 100_000_000)
        from factor in Gen.Choose(100, 1000)
        from jitter in Gen.Elements(default, Jitter.Full, Jitter.Equal, Jitter.UpTo(0.2), Jitter.UpTo(TimeSpan.FromSeconds(15)))
        from least in Gen.Elements<TimeSpan?>(null, TimeSpan.Zero, TimeSpan.FromMinutes(1))
        select new Backoff(TimeSpan.FromMilliseconds(first), TimeSpan.FromMilliseconds((long)first + room))
        {
            Factor = factor / 100d,
            Jitter = jitter,
            MinRetryAfter = least,
        };

    [TestCase(1, 0.0, 60)]
    [TestCase(2, 0.0, 120)]
    [TestCase(4, 0.0, 480)]
    [TestCase(5, 0.0, 600)]
    [TestCase(500, 0.0, 600)]
    [TestCase(int.MaxValue, 0.0, 600)]
    [TestCase(1, 0.5, 67.5)]
    public void Waits_double_up_to_the_cap_plus_jitter(int failures, double fraction, double seconds)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(600)) { Jitter = Jitter.UpTo(TimeSpan.FromSeconds(15)) };

        Assert.That(backoff.After(failures, fraction).TotalSeconds, Is.EqualTo(seconds));
    }

    [Test]
    public void Without_jitter_waits_start_at_the_first_never_shrink_and_end_at_the_cap() =>
        Prop.ForAll(Schedules.ToArbitrary(), schedule =>
        {
            var waits = Enumerable.Range(1, 2000).Select(failures => schedule.After(failures)).ToArray();
            return waits[0] == schedule.First
                && waits.Zip(waits.Skip(1)).All(pair => pair.First <= pair.Second)
                && waits.All(wait => wait <= schedule.Longest)
                && (schedule.Factor < 1.01 || waits[^1] == schedule.Longest);
        }).QuickCheckThrowOnFailure();

    [Test]
    public void Each_jitter_stays_within_its_bounds()
    {
        var cases = from schedule in Schedules
                    from failures in Gen.Choose(1, 100)
                    from fraction in Fraction
                    select (schedule, failures, fraction);
        Prop.ForAll(cases.ToArbitrary(), entry =>
        {
            var (schedule, failures, fraction) = entry;
            var plain = schedule.After(failures);
            return In(default, plain, plain)
                && In(Jitter.Full, TimeSpan.Zero, plain)
                && In(Jitter.Equal, plain / 2, plain)
                && In(Jitter.UpTo(0.2), plain, plain * 1.2)
                && In(Jitter.UpTo(TimeSpan.FromSeconds(15)), plain, plain + TimeSpan.FromSeconds(15));

            // One tick of tolerance for rounding.
            bool In(Jitter jitter, TimeSpan least, TimeSpan most)
            {
                var wait = (schedule with { Jitter = jitter }).After(failures, fraction);
                return wait.Ticks >= least.Ticks - 1 && wait.Ticks <= most.Ticks + 1;
            }
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void What_the_other_side_asks_for_is_honoured_within_its_bounds()
    {
        var cases = from schedule in Schedules
                    from failures in Gen.Choose(1, 20)
                    from fraction in Fraction
                    from asked in Gen.Choose(-60, 2_000_000).Select(seconds => TimeSpan.FromSeconds(seconds))
                    select (schedule, failures, fraction, asked);
        Prop.ForAll(cases.ToArbitrary(), entry =>
        {
            var (schedule, failures, fraction, asked) = entry;
            var own = schedule.After(failures, fraction);
            var wait = schedule.After(failures, fraction, asked);
            var least = schedule.MinRetryAfter ?? own;
            return asked <= least ? wait == least
                : asked <= schedule.MaxRetryAfter ? wait == asked
                : wait == (schedule.MaxRetryAfter > least ? schedule.MaxRetryAfter : least);
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Full_jitter_spreads_callers_that_failed_together()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(8)) { Jitter = Jitter.Full };
        var random = new Random(17);

        var inEachSecond = Enumerable.Range(0, 8000).Select(_ => backoff.After(1, random.NextDouble()))
            .CountBy(wait => (int)wait.TotalSeconds).Select(second => second.Value).ToArray();

        Assert.That(inEachSecond, Has.Length.EqualTo(8).And.All.InRange(850, 1150));
    }

    [Test]
    public void Retry_after_is_read_as_seconds_and_as_a_date()
    {
        Assert.That(RetryAfterHeader.Read(new(TimeSpan.FromSeconds(7)), Now), Is.EqualTo(TimeSpan.FromSeconds(7)));
        Assert.That(RetryAfterHeader.Read(new(Now.AddMinutes(2)), Now), Is.EqualTo(TimeSpan.FromMinutes(2)));
        Assert.That(RetryAfterHeader.Read(RetryConditionHeaderValue.Parse("Mon, 02 Mar 2026 08:59:00 GMT"), Now), Is.EqualTo(TimeSpan.Zero));
        Assert.That(RetryAfterHeader.Read(null, Now), Is.Null);
    }
}
