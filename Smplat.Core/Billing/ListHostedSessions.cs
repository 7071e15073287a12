using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>Which of a workspace's sessions to show, newest first.</summary>
public sealed record ListHostedSessions(Guid WorkspaceId, Guid? InvoiceId, string? Status, int Limit)
{
    public static ListHostedSessions Read(Fields fields) => new(
        fields.RequiredGuid("workspaceId", also: "workspace_id"),
        fields.Guid("invoiceId", also: "invoice_id"),
        fields.Text("status", 1, 40),
        fields.Integer("limit", 1, 200) ?? 50);
}
