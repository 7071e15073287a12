using System.Globalization;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Scoring;
using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce.Scoring;

[TestFixtureSource(typeof(ScoringVector), nameof(ScoringVector.All))]
public sealed class ScoringVectorTests(ScoringVector vector)
{
    private ScoreBreakdown[] _scores = [];

    [OneTimeSetUp]
    public void Rank() =>
        _scores = Scorer.Rank(vector.Quotes, vector.ItemsRequested, vector.Weights.For(vector.Preference));

    [Test]
    public void The_ranking_is_the_published_one() =>
        Assert.That(_scores.Select(score => score.Provider.ToWire()), Is.EqualTo(vector.ExpectedRanking));

    [Test]
    public void The_preference_adjusts_the_weights_as_published() =>
        Assert.That(vector.Weights.For(vector.Preference), Is.EqualTo(vector.EffectiveWeights));

    [Test]
    [Prevents("D-6")]
    public void Every_component_and_total_is_exact()
    {
        foreach (var expected in vector.ExpectedScores)
        {
            var provider = expected.GetProperty("providerId").GetString()!;
            var score = _scores.Single(candidate => candidate.Provider.ToWire() == provider);
            Assert.Multiple(() =>
            {
                Assert.That(score.PriceScore, Is.EqualTo(expected.GetProperty("priceScore").GetInt32()), provider);
                Assert.That(score.SpeedScore, Is.EqualTo(expected.GetProperty("speedScore").GetInt32()), provider);
                Assert.That(score.AvailabilityScore, Is.EqualTo(expected.GetProperty("availabilityScore").GetInt32()), provider);
                Assert.That(score.MarginScore, Is.EqualTo(expected.GetProperty("marginScore").GetInt32()), provider);
                Assert.That(score.ReliabilityScore, Is.EqualTo(expected.GetProperty("reliabilityScore").GetInt32()), provider);
                Assert.That(score.PriorityPoints, Is.EqualTo(ScoringVector.Exact(expected.GetProperty("prioritySubtotal"))), provider);
                Assert.That(score.WeightedTotal, Is.EqualTo(ScoringVector.Exact(expected.GetProperty("weightedTotal"))), provider);
                Assert.That(
                    score.MarginSource.ToString().ToLower(CultureInfo.InvariantCulture),
                    Is.EqualTo(expected.GetProperty("marginSource").GetString()),
                    provider);
                Assert.That(
                    score.Factors,
                    Is.EqualTo(expected.GetProperty("factors").EnumerateArray().Select(factor => factor.GetString())),
                    provider);
            });
        }
    }
}
