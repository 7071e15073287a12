using Smplat.Core.Commerce.Providers;
using Smplat.Core.Platform.Input;

namespace Smplat.Core.Commerce.Routing;

/// <summary>Which lines of the routing log to list; what is left out selects all.</summary>
/// <param name="Since">Null for the last 24 hours.</param>
/// <param name="Provider">Wire name.</param>
/// <param name="Limit">1 to 1,000.</param>
public sealed record ListRoutingLog(DateTimeOffset? Since, string? Provider, string? Event, string? RequestId, int Limit)
{
    public const int MaxLimit = 1_000;

    public static ListRoutingLog Read(Fields fields) => new(
        fields.Instant("since"),
        fields.Label("provider", [.. ProviderIds.All.Select(id => id.ToWire())]),
        fields.Text("event", 1, 100),
        fields.Text("request_id", 1, 200),
        fields.Integer("limit", 1, MaxLimit) ?? 100);
}

/// <summary>The routing log as operators read it.</summary>
public sealed class RoutingLogQueries(EdgeLogStore store, TimeProvider clock)
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>
    /// Newest first. Lines are written in batches, so a line can appear after younger ones: who follows the log reads an
    /// overlapping window and leaves out the lines whose id it has seen.
    /// </summary>
    public Task<IReadOnlyList<EdgeLogLine>> ListAsync(ListRoutingLog wanted, CancellationToken cancellationToken) => store.ListAsync(
        new(wanted.Since ?? (clock.GetUtcNow() - Window), wanted.Provider, wanted.Event, wanted.RequestId, wanted.Limit), cancellationToken);
}
