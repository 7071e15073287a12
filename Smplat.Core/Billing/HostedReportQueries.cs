using Smplat.Core.Platform.Input;

namespace Smplat.Core.Billing;

/// <summary>Tells how a workspace's hosted sessions went.</summary>
public sealed class HostedReportQueries(HostedReportStore store, HostedSessionQueries file, TimeProvider clock)
{
    /// <returns>The report, or why the workspace may not have it.</returns>
    public async Task<(HostedReport? Report, Refusal? Refusal)> ReadAsync(
        Guid workspaceId, int days, CancellationToken cancellationToken) =>
        file.Refuse(workspaceId) is { } refusal
            ? (null, refusal)
            : (await store.ReadAsync(workspaceId, days, clock.GetUtcNow(), cancellationToken), null);
}
