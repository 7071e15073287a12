using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Checkout.Hosted;

/// <param name="Days">1 to 120, default 30.</param>
public sealed record BillingReportQuery(Guid WorkspaceId, int Days)
{
    public static BillingReportQuery Read(Fields fields) => new(
        fields.RequiredGuid("workspaceId", also: "workspace_id"),
        fields.Integer("lookback_days", 1, 120, also: "lookbackDays") ?? 30);
}
