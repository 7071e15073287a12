using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Checkout;

/// <param name="Days">How far back, 1 to 365, default 30.</param>
public sealed record RecoveryReportQuery(int Days)
{
    public static RecoveryReportQuery Read(Fields fields) => new(fields.Integer("days", 1, 365) ?? 30);
}
