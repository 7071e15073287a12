using Smplat.Core.Trust;

namespace Smplat.Tests.Trust;

/// <summary>A metric whose computations end when and how a test says.</summary>
internal sealed class ScriptedMetric
{
    private readonly Queue<TaskCompletionSource<MetricReading>> _waiting = new();
    private int _started;

    public string Id { get; init; } = "scripted";

    public int Started => Volatile.Read(ref _started);

    /// <summary>When set, computations end at once with it.</summary>
    public double? Answer { get; set; }

    public TrustMetric Metric => new(Id, "test", 60, MeasureAsync) { Meaning = "-", Formula = "-", Population = "-" };

    public void Succeed(double value) => Take().SetResult(Reading(value));

    public void Fail() => Take().SetException(new InvalidOperationException("scripted"));

    private Task<MetricReading> MeasureAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_waiting)
        {
            Interlocked.Increment(ref _started);
            if (Answer is { } value)
            {
                return Task.FromResult(Reading(value));
            }

            var source = new TaskCompletionSource<MetricReading>(TaskCreationOptions.RunContinuationsAsynchronously);
            cancellationToken.Register(() => source.TrySetCanceled(cancellationToken));
            _waiting.Enqueue(source);
            return source.Task;
        }
    }

    private TaskCompletionSource<MetricReading> Take()
    {
        lock (_waiting)
        {
            return _waiting.Dequeue();
        }
    }

    private static MetricReading Reading(double value) => new(value, $"{value}", 1);
}
