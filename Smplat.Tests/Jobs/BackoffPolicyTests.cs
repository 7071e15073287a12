using Smplat.Core.Jobs;

namespace Smplat.Tests.Jobs;

public sealed class BackoffPolicyTests
{
    private static readonly JobDefinition Aggregation = new("sample", "A job")
    {
        BaseBackoff = TimeSpan.FromSeconds(60),
        MaxBackoff = TimeSpan.FromSeconds(600),
        Jitter = TimeSpan.FromSeconds(15),
    };

    [TestCase(1, 0.0, 60)]
    [TestCase(2, 0.0, 120)]
    [TestCase(4, 0.0, 480)]
    [TestCase(5, 0.0, 600)]
    [TestCase(500, 0.0, 600)]
    [TestCase(1, 0.5, 67.5)]
    public void Waits_double_up_to_the_cap_plus_jitter(int attempt, double fraction, double seconds) =>
        Assert.That(BackoffPolicy.After(Aggregation, attempt, fraction).TotalSeconds, Is.EqualTo(seconds));

    [Test]
    public void A_cap_of_zero_means_no_cap() =>
        Assert.That(
            BackoffPolicy.After(Aggregation with { MaxBackoff = TimeSpan.Zero }, 8, 0),
            Is.EqualTo(TimeSpan.FromSeconds(60 * 128)));
}
