using Smplat.Core.Platform.Input;

namespace Smplat.Core.Operators;

/// <summary>Sets and clears the incident banner.</summary>
public sealed class BannerOperations(IncidentBannerStore store, TimeProvider clock)
{
    public Task<IncidentBanner?> ReadAsync(CancellationToken cancellationToken) => store.FindAsync(cancellationToken);

    public async Task<IncidentBanner> SetAsync(IncidentBanner banner, CancellationToken cancellationToken)
    {
        var put = banner with { SetAt = clock.GetUtcNow() };
        await store.PutAsync(put, cancellationToken);
        return put;
    }

    /// <returns>Whether there was a banner.</returns>
    public Task<bool> ClearAsync(ClearBanner command, CancellationToken cancellationToken) =>
        store.DeleteAsync(command.Actor, command.Reason, clock.GetUtcNow(), cancellationToken);

    /// <summary>Who set and cleared banners, newest first.</summary>
    public Task<IReadOnlyList<BannerChange>> ListChangesAsync(int limit, CancellationToken cancellationToken) =>
        store.ListChangesAsync(limit, cancellationToken);
}

/// <summary>A notice that operators set for one another during an incident.</summary>
/// <param name="Message">1 to 500 characters.</param>
/// <param name="Severity"><c>info</c>, <c>warning</c> or <c>critical</c>.</param>
/// <param name="Reference">A trace, span or ticket that the notice refers to.</param>
public sealed record IncidentBanner(string Message, string Severity, string SetBy, string? Reference, DateTimeOffset SetAt)
{
    public static readonly IReadOnlyList<string> Severities = ["info", "warning", "critical"];

    /// <summary>Reads a new banner from a request; the time is filled in when it is set.</summary>
    public static IncidentBanner Read(Fields fields) => new(
        fields.RequiredText("message", 1, 500),
        fields.Label("severity", Severities) ?? "info",
        fields.RequiredText("set_by", 1, 100),
        fields.Text("reference", 1, 200),
        default);
}

/// <summary>Clear the banner.</summary>
/// <param name="Actor">Who decided it; recorded with the reason.</param>
public sealed record ClearBanner(string Actor, string? Reason)
{
    /// <summary>Reads a request, in which the reason is required.</summary>
    public static ClearBanner Read(Fields fields) =>
        new(fields.RequiredText("actor", 1, 100), fields.RequiredText("reason", 1, 500));
}

/// <summary>A banner that was set or cleared.</summary>
public sealed record BannerChange
{
    /// <summary><c>set</c> or <c>clear</c>.</summary>
    public required string Action { get; init; }

    public required string Message { get; init; }

    public required string Severity { get; init; }

    public required string Actor { get; init; }

    public string? Reason { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }
}
