namespace Smplat.Core.Billing;

/// <summary>A message about a session that reached its receiver.</summary>
public sealed record SentNotice
{
    public required string Key { get; init; }

    public required string Channel { get; init; }

    public required DateTimeOffset SentAt { get; init; }
}
