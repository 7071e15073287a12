using Smplat.Core.Onboarding;

namespace Smplat.Tests.Onboarding;

public sealed class RiskPolicyTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [TestCase("active", 0, "low")]
    [TestCase("active", 36 * 60 - 1, "low")]
    [TestCase("active", 36 * 60, "medium")]
    [TestCase("active", 72 * 60 - 1, "medium")]
    [TestCase("active", 72 * 60, "high")]
    [TestCase("not_started", 72 * 60, "high")]
    [TestCase("stalled", 0, "high")]
    [TestCase("completed", 1_000_000, "low")]
    public void Risk_grows_with_the_time_since_the_last_activity(string status, int minutes, string expected) =>
        Assert.That(RiskPolicy.Judge(status, Now.AddMinutes(-minutes), Now), Is.EqualTo(expected));
}
