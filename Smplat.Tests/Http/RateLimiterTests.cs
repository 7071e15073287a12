using Smplat.Functions.Http;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

public sealed class RateLimiterTests
{
    private static readonly RateRule Two = new(2, TimeSpan.FromSeconds(60));

    private readonly FixedClock _clock = new();

    [Test]
    public void A_request_counts_while_it_is_younger_than_the_window()
    {
        var limiter = new RateLimiter(_clock);
        limiter.Take("a", Two);
        _clock.Advance(TimeSpan.FromSeconds(30));
        var second = limiter.Take("a", Two);
        var third = limiter.Take("a", Two);
        _clock.Advance(TimeSpan.FromSeconds(30));
        var fourth = limiter.Take("a", Two);

        Assert.Multiple(() =>
        {
            Assert.That((second.Allowed, second.Remaining), Is.EqualTo((true, 0)));
            Assert.That(third.Allowed, Is.False);
            Assert.That(third.ResetAt, Is.EqualTo(_clock.GetUtcNow()));
            Assert.That(fourth.Allowed, Is.True, "a refused request is not counted");
        });
    }

    [Test]
    public void Callers_do_not_share_a_window()
    {
        var limiter = new RateLimiter(_clock);
        limiter.Take("a", Two);
        limiter.Take("a", Two);

        Assert.That(limiter.Take("b", Two).Allowed, Is.True);
    }

    [Test]
    public void Memory_stays_bounded_whatever_the_number_of_callers()
    {
        var limiter = new RateLimiter(_clock);

        for (var caller = 0; caller < RateLimiter.Capacity * 2; caller++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            limiter.Take($"caller {caller}", Two);
        }

        Assert.That(limiter.CallerCount, Is.LessThanOrEqualTo(RateLimiter.Capacity));
    }
}
