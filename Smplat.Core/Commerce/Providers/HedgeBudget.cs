namespace Smplat.Core.Commerce.Providers;

/// <summary>Allows duplicate calls up to a share of all calls: each call earns a fraction, a duplicate spends one.</summary>
internal sealed class HedgeBudget
{
    /// <summary>Saved-up duplicates beyond this are lost, so that a quiet hour does not pay for a storm.</summary>
    private const double Most = 5;

    private readonly Lock _gate = new();
    private double _saved;

    public void Earn(double share)
    {
        lock (_gate)
        {
            _saved = Math.Min(Most, _saved + share);
        }
    }

    public bool TrySpend()
    {
        lock (_gate)
        {
            if (_saved < 1)
            {
                return false;
            }

            _saved--;
            return true;
        }
    }
}
