namespace Smplat.Core.Trust;

/// <summary>Why a metric is in the catalogue.</summary>
public enum MetricGroup
{
    /// <summary>Asked for by the contract.</summary>
    Required,

    /// <summary>Added to the contract, with the same formulas as its first implementation.</summary>
    Extended,

    /// <summary>A variant that mends the formula of another metric, under an id of its own.</summary>
    Corrected,
}
