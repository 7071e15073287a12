namespace Smplat.Core.Commerce.Providers;

/// <summary>Whether a provider is asked.</summary>
public enum CircuitPosition
{
    /// <summary>It is.</summary>
    Closed,

    /// <summary>One call is let through to see whether it is well again.</summary>
    HalfOpen,

    /// <summary>It is left alone for a while.</summary>
    Open,
}
