namespace Smplat.Core.Payments;

/// <summary>All payments of one order added up.</summary>
public sealed record OrderMoney
{
    public bool IsPaid { get; init; }

    public bool HasFailed { get; init; }

    public bool IsRefunded { get; init; }

    /// <summary>A dispute is open or was lost.</summary>
    public bool IsDisputed { get; init; }
}
