namespace Smplat.FakeVendors.Smtp;

/// <summary>Faults that are due, per step: those with a count first, then the standing one.</summary>
public sealed class SmtpFaultPlan
{
    private readonly Lock _gate = new();
    private readonly Dictionary<SmtpStep, Queue<SmtpFault>> _next = [];
    private readonly Dictionary<SmtpStep, SmtpFault> _standing = [];

    /// <summary>Applies whenever the step is reached, until cleared.</summary>
    public void Always(SmtpStep step, SmtpFault fault)
    {
        lock (_gate)
        {
            _standing[step] = fault;
        }
    }

    /// <summary>Applies to the next times only.</summary>
    public void Next(SmtpStep step, SmtpFault fault, int times = 1)
    {
        lock (_gate)
        {
            if (!_next.TryGetValue(step, out var queue))
                _next[step] = queue = new();
            for (var time = 0; time < times; time++)
                queue.Enqueue(fault);
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _next.Clear();
            _standing.Clear();
        }
    }

    internal SmtpFault? Take(SmtpStep step)
    {
        lock (_gate)
        {
            return _next.TryGetValue(step, out var queue) && queue.TryDequeue(out var fault)
                ? fault
                : _standing.GetValueOrDefault(step);
        }
    }
}
