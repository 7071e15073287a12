namespace Smplat.Cli.Commands.Incident;

/// <summary>What is in a snapshot, what is not and why, and the facts that a retrospective begins with.</summary>
public sealed class SnapshotIndex(DateTimeOffset takenAt, DateTimeOffset since, Uri origin)
{
    private readonly List<SnapshotPart> _parts = [];
    private readonly List<string> _facts = [];
    private readonly SortedSet<string> _traces = new(StringComparer.Ordinal);

    public DateTimeOffset TakenAt => takenAt;

    public DateTimeOffset Since => since;

    public Uri Origin => origin;

    public IReadOnlyList<SnapshotPart> Parts => _parts;

    public IReadOnlyList<string> Facts => _facts;

    public IReadOnlyCollection<string> TraceIds => _traces;

    public IEnumerable<SnapshotPart> Kept => _parts.Where(part => part.State == SnapshotPart.Kept);

    public IEnumerable<SnapshotPart> Missing => _parts.Where(part => part.State == SnapshotPart.Missing);

    public void Add(SnapshotPart part) => _parts.Add(part);

    public void AddFact(string fact) => _facts.Add(fact);

    public void AddTrace(string traceId) => _traces.Add(traceId);

    public object ToRecord() => new
    {
        TakenAt,
        Since,
        Origin,
        Facts = _facts,
        TraceIds = _traces,
        Parts = _parts,
    };
}
