namespace Smplat.Core.Fulfillment;

/// <summary>What became of a request to begin with an order.</summary>
public abstract record KickoffOutcome
{
    private KickoffOutcome()
    {
    }

    public sealed record KickedOff(int Tasks, int ProviderOrders) : KickoffOutcome;

    /// <summary>Only pending orders are begun; this one is not, or not any more.</summary>
    public sealed record NotPending(string Status) : KickoffOutcome;

    public sealed record NoSuchOrder : KickoffOutcome;
}
