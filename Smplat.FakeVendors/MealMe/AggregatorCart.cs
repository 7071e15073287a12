namespace Smplat.FakeVendors.MealMe;

public sealed class AggregatorCart(string id, AggregatorStore store)
{
    private readonly Lock _gate = new();
    private readonly List<AggregatorLine> _lines = [];

    public string Id => id;

    public AggregatorStore Store => store;

    public IReadOnlyList<AggregatorLine> Lines
    {
        get
        {
            lock (_gate)
            {
                return [.. _lines];
            }
        }
    }

    public int Subtotal => Lines.Sum(line => line.Cents * line.Quantity);

    public void Add(IEnumerable<AggregatorLine> lines)
    {
        lock (_gate)
        {
            _lines.AddRange(lines);
        }
    }
}
