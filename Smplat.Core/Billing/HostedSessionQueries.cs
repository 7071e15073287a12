using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>Reads of hosted sessions for a workspace that the rollout admits.</summary>
public sealed class HostedSessionQueries(HostedSessionStore store, HostedViews views, IOptionsMonitor<BillingRolloutOptions> rollout)
{
    public async Task<HostedOutcome> ListAsync(ListHostedSessions query, CancellationToken cancellationToken)
    {
        if (Refuse(query.WorkspaceId) is { } refusal)
        {
            return new HostedOutcome.Refused(refusal);
        }

        if (query.Status is { } status && !HostedStatus.All.Contains(status))
        {
            return new HostedOutcome.Refused(new UnsupportedStatus());
        }

        var sessions = await store.ListAsync(query, cancellationToken);
        return new HostedOutcome.Listed(await views.ShowAsync(sessions, cancellationToken));
    }

    public async Task<HostedOutcome> FindAsync(Guid id, Guid workspaceId, CancellationToken cancellationToken)
    {
        if (Refuse(workspaceId) is { } refusal)
        {
            return new HostedOutcome.Refused(refusal);
        }

        return await store.FindAsync(id, cancellationToken) is { } session && session.WorkspaceId == workspaceId
            ? new HostedOutcome.Found((await views.ShowAsync([session], cancellationToken))[0])
            : new HostedOutcome.Refused(new UnknownSession());
    }

    /// <summary>Null when the workspace may use billing.</summary>
    public Refusal? Refuse(Guid workspaceId)
    {
        var settings = rollout.CurrentValue;
        return settings.IsDisabled ? new BillingOff() : settings.Admits(workspaceId) ? null : new WorkspaceNotAdmitted();
    }
}
