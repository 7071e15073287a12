using FsCheck;
using FsCheck.Fluent;
using Smplat.Core.Platform.Resilience;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Resilience;

[Parallelizable(ParallelScope.All)]
public sealed class CircuitBreakerTests
{
    private static readonly CircuitSettings Settings = new()
    {
        ConsecutiveFailures = 5,
        MinimumCalls = 20,
        Window = TimeSpan.FromSeconds(60),
        Break = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5)),
    };

    [Test]
    public void Five_consecutive_failures_open_the_circuit_and_each_failed_trial_doubles_the_break()
    {
        var clock = new FixedClock();
        var breaker = new CircuitBreaker(Settings, clock);
        for (var time = 0; time < 5; time++)
            Call(breaker, failed: true);

        foreach (var seconds in new[] { 30, 60, 120, 240, 300, 300 })
        {
            clock.Advance(TimeSpan.FromSeconds(seconds - 1));
            Assert.That(breaker.TryEnter(out _), Is.False, $"{seconds} s");
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.That(breaker.TryEnter(out var trial), Is.True);
            Assert.That(breaker.TryEnter(out _), Is.False, "one trial at a time");
            Assert.That(breaker.Fail(trial), Is.True);
        }

        Assert.That(breaker.TimesOpened, Is.EqualTo(7));
    }

    [Test]
    public void Half_of_twenty_calls_within_a_minute_open_it_and_older_ones_do_not_count()
    {
        var clock = new FixedClock();
        var breaker = new CircuitBreaker(Settings, clock);
        for (var time = 0; time < 18; time++)
            Call(breaker, failed: time % 2 == 1);
        clock.Advance(TimeSpan.FromSeconds(61));
        Call(breaker, failed: false);
        Call(breaker, failed: true);
        Assert.That(breaker.State, Is.EqualTo(CircuitState.Closed));

        for (var time = 0; time < 18; time++)
            Call(breaker, failed: time % 2 == 1);

        Assert.That(breaker.State, Is.EqualTo(CircuitState.Open));
    }

    [Test]
    public void A_clock_that_is_set_back_does_not_lengthen_the_break()
    {
        var clock = new SetBackClock();
        var breaker = new CircuitBreaker(Settings, clock);
        for (var time = 0; time < 5; time++)
            Call(breaker, failed: true);

        clock.Inner.Advance(TimeSpan.FromSeconds(30));

        Assert.That(breaker.TryEnter(out _), Is.True);
    }

    [Test]
    public void Exactly_one_of_many_concurrent_callers_makes_the_trial()
    {
        var clock = new FixedClock();
        var breaker = new CircuitBreaker(Settings, clock);
        for (var time = 0; time < 5; time++)
            Call(breaker, failed: true);
        clock.Advance(TimeSpan.FromSeconds(30));

        var entered = 0;
        Parallel.For(0, 200, _ =>
        {
            if (breaker.TryEnter(out var _))
                Interlocked.Increment(ref entered);
        });

        Assert.That(entered, Is.EqualTo(1));
    }

    /// <summary>Compares it with a model that records every call, in random runs with overlapping, late and abandoned calls.</summary>
    [Test]
    public void It_follows_the_model_for_any_sequence_of_events()
    {
        // Consecutive failures are frequent; otherwise no circuit would open twice.
        var step = Gen.Frequency(
            (6, Gen.Constant((Op: 'e', Number: 0))),
            (2, Gen.Choose(0, 40).Select(which => (Op: 's', Number: which))),
            (5, Gen.Choose(0, 40).Select(which => (Op: 'f', Number: which))),
            (1, Gen.Choose(0, 40).Select(which => (Op: 'a', Number: which))),
            (2, Gen.Choose(0, 40).Select(seconds => (Op: 't', Number: seconds))));
        var settings =
            from inRow in Gen.Elements<int?>(null, 1, 3)
            from least in Gen.Choose(1, 8)
            select new CircuitSettings
            {
                ConsecutiveFailures = inRow,
                MinimumCalls = least,
                Window = TimeSpan.FromSeconds(60),
                Break = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(35)),
            };
        var runs = from setting in settings from steps in step.ListOf(120) select (setting, steps.ToArray());

        Prop.ForAll(runs.ToArbitrary(), run => Agrees(run.setting, run.Item2)).QuickCheckThrowOnFailure();
    }

    private static bool Agrees(CircuitSettings settings, (char Op, int Number)[] steps)
    {
        var clock = new FixedClock();
        var breaker = new CircuitBreaker(settings, clock);
        var model = new Model(settings);
        var calls = new List<(CircuitPermit Pass, int Phase)>();
        foreach (var (op, number) in steps)
        {
            if (op == 't')
            {
                clock.Advance(TimeSpan.FromSeconds(number));
                model.Now += number;
            }
            else if (op == 'e')
            {
                var may = breaker.TryEnter(out var pass);
                if (may != model.Enter())
                    return false;
                if (may)
                    calls.Add((pass, model.Phase));
            }
            else if (calls.Count > 0)
            {
                var (pass, phase) = calls[number % calls.Count];
                calls.RemoveAt(number % calls.Count);
                switch (op)
                {
                    case 's':
                        breaker.Succeed(pass);
                        break;
                    case 'f':
                        breaker.Fail(pass);
                        break;
                    default:
                        breaker.Abandon(pass);
                        break;
                }

                model.Report(phase, op);
            }

            if (breaker.State != model.Position || breaker.TimesOpened != model.Opened)
                return false;
        }

        return true;
    }

    private static void Call(CircuitBreaker breaker, bool failed)
    {
        Assert.That(breaker.TryEnter(out var pass), Is.True);
        if (failed)
            breaker.Fail(pass);
        else
            breaker.Succeed(pass);
    }

    private sealed class Model(CircuitSettings settings)
    {
        private readonly List<(int At, bool Failed)> _calls = [];
        private int _until;
        private int _failedTrials;

        public int Now { get; set; }

        /// <summary>Even: closed. Odd: open, or trying; every trial is a separate phase.</summary>
        public int Phase { get; private set; }

        public int Opened { get; private set; }

        private bool IsClosed { get; set; } = true;

        private bool IsTrying { get; set; }

        public CircuitState Position => IsClosed ? CircuitState.Closed
            : IsTrying || Now >= _until ? CircuitState.HalfOpen
            : CircuitState.Open;

        public bool Enter()
        {
            if (IsClosed)
                return true;
            if (IsTrying || Now < _until)
                return false;
            IsTrying = true;
            Phase++;
            return true;
        }

        public void Report(int phase, char op)
        {
            if (phase != Phase || (!IsClosed && !IsTrying))
                return;
            if (op == 'a')
            {
                if (IsTrying)
                {
                    IsTrying = false;
                    Phase++;
                }
            }
            else if (IsTrying)
            {
                IsTrying = false;
                if (op == 's')
                {
                    IsClosed = true;
                    _failedTrials = 0;
                    _calls.Clear();
                    _calls.Add((Now, false));
                    Phase++;
                }
                else
                {
                    _failedTrials++;
                    Open();
                }
            }
            else
            {
                _calls.Add((Now, op == 'f'));
                var recent = _calls.Where(call => call.At > Now - 60).ToArray();
                var inRow = _calls.AsEnumerable().Reverse().TakeWhile(call => call.Failed).Count();
                if (op == 'f' && (inRow >= settings.ConsecutiveFailures
                    || (recent.Length >= settings.MinimumCalls && recent.Count(call => call.Failed) * 2 >= recent.Length)))
                    Open();
            }
        }

        private void Open()
        {
            IsClosed = false;
            Opened++;
            Phase++;
            _until = Now + Math.Min(35, 10 * (1 << Math.Min(_failedTrials, 10)));
        }
    }

    /// <summary>Its wall clock is an hour slow from the second reading on; its timestamps are not.</summary>
    private sealed class SetBackClock : TimeProvider
    {
        private int _looks;

        public FixedClock Inner { get; } = new();

        public override long TimestampFrequency => Inner.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => Inner.GetUtcNow() - (_looks++ == 0 ? TimeSpan.Zero : TimeSpan.FromHours(1));

        public override long GetTimestamp() => Inner.GetTimestamp();
    }
}
