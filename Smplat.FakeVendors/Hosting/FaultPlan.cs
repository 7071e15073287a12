using Microsoft.AspNetCore.Http;

namespace Smplat.FakeVendors.Hosting;

/// <summary>Faults that are due, in order: those with a count first, then the standing one of a path, then the standing one.</summary>
public sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<PlannedFault> _planned = [];

    /// <summary>Applies to every call below the path until cleared.</summary>
    public void Always(Fault fault, string path = "/") => Add(new PlannedFault(fault, path, int.MaxValue));

    /// <summary>Applies to the next calls below the path only.</summary>
    public void Next(Fault fault, int times = 1, string path = "/") => Add(new PlannedFault(fault, path, times));

    public void Clear()
    {
        lock (_gate)
        {
            _planned.Clear();
        }
    }

    public Fault? Take(PathString path)
    {
        lock (_gate)
        {
            var due = _planned
                .Where(planned => path.Value!.StartsWith(planned.Path, StringComparison.OrdinalIgnoreCase))
                .OrderBy(planned => planned.Left == int.MaxValue)
                .ThenByDescending(planned => planned.Left == int.MaxValue ? planned.Path.Length : 0)
                .FirstOrDefault();
            if (due is null)
                return null;
            if (due.Left != int.MaxValue && --due.Left == 0)
                _planned.Remove(due);
            return due.Fault;
        }
    }

    private void Add(PlannedFault planned)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(planned.Left);
        lock (_gate)
        {
            _planned.Add(planned);
        }
    }

    private sealed class PlannedFault(Fault fault, string path, int left)
    {
        public Fault Fault => fault;

        public string Path => path;

        public int Left { get; set; } = left;
    }
}
