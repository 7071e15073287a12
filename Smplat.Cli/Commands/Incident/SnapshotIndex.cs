namespace Smplat.Cli.Commands.Incident;

/// <summary>What is in a snapshot, what is not and why, and the facts that a retrospective begins with.</summary>
public sealed class SnapshotIndex(DateTimeOffset takenAt, DateTimeOffset since, Uri origin)
{
    private readonly List<SnapshotPart> _parts = [];
    private readonly List<(string? About, string Text)> _facts = [];
    private readonly SortedSet<string> _traces = new(StringComparer.Ordinal);

    public DateTimeOffset TakenAt => takenAt;

    public DateTimeOffset Since => since;

    public Uri Origin => origin;

    public IReadOnlyList<SnapshotPart> Parts => _parts;

    public IReadOnlyList<string> Facts => [.. _facts.Select(fact => fact.Text)];

    public IReadOnlyCollection<string> TraceIds => _traces;

    public IEnumerable<SnapshotPart> Kept => _parts.Where(part => part.State == SnapshotPart.Kept);

    public IEnumerable<SnapshotPart> LeftOut => _parts.Where(part => part.State == SnapshotPart.LeftOut);

    public IEnumerable<SnapshotPart> Missing => _parts.Where(part => part.State == SnapshotPart.Missing);

    public void Add(SnapshotPart part) => _parts.Add(part);

    /// <param name="about">A later fact about the same takes the place of an earlier one: the database knows more than a route tells.</param>
    public void AddFact(string fact, string? about = null)
    {
        var at = about is null ? -1 : _facts.FindIndex(known => known.About == about);
        if (at < 0)
        {
            _facts.Add((about, fact));
        }
        else
        {
            _facts[at] = (about, fact);
        }
    }

    public void AddTrace(string traceId) => _traces.Add(traceId);

    public object ToRecord() => new
    {
        TakenAt,
        Since,
        Origin,
        Facts,
        TraceIds = _traces,
        Parts = _parts,
    };
}
