using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using OpenTelemetry.Trace;
using Smplat.Core.Platform.Observability;

namespace Smplat.Tests.Platform.Observability;

public sealed class TraceSamplerTests
{
    private static readonly Gen<double> Ratios = Gen.Choose(0, 1000).Select(share => share / 1000.0);

    private static readonly Gen<ActivityTraceId> Traces = Gen.Choose(0, 255).ArrayOf(16)
        .Where(bytes => bytes.Any(value => value != 0))
        .Select(bytes => ActivityTraceId.CreateFromBytes([.. bytes.Select(value => (byte)value)]));

    [Test]
    public void All_instances_and_all_spans_of_a_trace_decide_alike() =>
        Prop.ForAll(
            Pair(Ratios, Traces),
            pair => Decide(pair.Item1, Parent(pair.Item2), ActivityKind.Server) == Decide(pair.Item1, Parent(pair.Item2), ActivityKind.Internal))
            .QuickCheckThrowOnFailure();

    [Test]
    public void A_trace_that_is_exported_is_exported_at_every_higher_ratio() =>
        Prop.ForAll(
            Pair(Pair(Ratios, Ratios).Generator, Traces),
            pair => Decide(Math.Min(pair.Item1.Item1, pair.Item1.Item2), Parent(pair.Item2))
                .CompareTo(Decide(Math.Max(pair.Item1.Item1, pair.Item1.Item2), Parent(pair.Item2))) <= 0)
            .QuickCheckThrowOnFailure();

    [Test]
    public void What_a_parent_samples_is_exported_at_any_ratio() =>
        Prop.ForAll(
            Pair(Ratios, Traces),
            pair => Decide(pair.Item1, Parent(pair.Item2, ActivityTraceFlags.Recorded), ActivityKind.Client))
            .QuickCheckThrowOnFailure();

    [Test]
    public void The_ratio_is_met()
    {
        var kept = Enumerable.Range(0, 20_000).Count(_ => Decide(0.25, Parent(ActivityTraceId.CreateRandom())));

        // Twenty standard deviations.
        Assert.That(kept, Is.EqualTo(5_000).Within(1_230));
    }

    [TestCase(ActivityKind.Client, false)]
    [TestCase(ActivityKind.Internal, true)]
    [TestCase(ActivityKind.Server, true)]
    public void A_statement_of_an_idle_timer_creates_no_trace(ActivityKind kind, bool isKept) =>
        Assert.That(Decide(1, default, kind), Is.EqualTo(isKept));

    private static bool Decide(double ratio, ActivityContext parent, ActivityKind kind = ActivityKind.Server)
    {
        var trace = parent.TraceId == default ? ActivityTraceId.CreateRandom() : parent.TraceId;
        var sampled = new TraceSampler(ratio).ShouldSample(new SamplingParameters(parent, trace, "span", kind));
        return sampled.Decision == SamplingDecision.RecordAndSample;
    }

    private static ActivityContext Parent(ActivityTraceId trace, ActivityTraceFlags flags = ActivityTraceFlags.None) =>
        new(trace, ActivitySpanId.CreateRandom(), flags, isRemote: true);

    private static Arbitrary<(TFirst Item1, TSecond Item2)> Pair<TFirst, TSecond>(Gen<TFirst> first, Gen<TSecond> second) =>
        first.SelectMany(one => second.Select(two => (one, two))).ToArbitrary();
}
