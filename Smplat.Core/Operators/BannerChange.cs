namespace Smplat.Core.Operators;

/// <summary>A banner that was put up or taken down.</summary>
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
