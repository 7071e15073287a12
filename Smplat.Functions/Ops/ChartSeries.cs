namespace Smplat.Functions.Ops;

/// <summary>Values of one name, one for each place on the axis; null where nothing is known.</summary>
public sealed record ChartSeries(string Name, IReadOnlyList<double?> Values)
{
    public bool IsEmpty => Values.All(value => value is null);
}
