using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Checkout.Hosted;

public sealed record WorkspaceQuery(Guid WorkspaceId)
{
    public static WorkspaceQuery Read(Fields fields) => new(fields.RequiredGuid("workspaceId", also: "workspace_id"));
}
