namespace Smplat.Core.Payments.Checkout;

/// <summary>Whether a session can still be paid.</summary>
public abstract record SessionEnd
{
    private SessionEnd()
    {
    }

    /// <summary>It cannot: it ended now, had ended before, or is complete.</summary>
    public sealed record Ended : SessionEnd;

    /// <summary>Nobody knows; it is worth trying again.</summary>
    public sealed record Failed(string Reason) : SessionEnd;
}
