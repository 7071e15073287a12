namespace Smplat.Functions.Http;

/// <summary>Whether a request counts in, and what is left.</summary>
/// <param name="ResetAt">When the oldest counted request leaves the window.</param>
public readonly record struct RateVerdict(bool Allowed, int Limit, int Remaining, DateTimeOffset ResetAt);
