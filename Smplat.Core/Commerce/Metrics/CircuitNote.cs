namespace Smplat.Core.Commerce.Metrics;

/// <summary>A circuit that was not closed on some instance.</summary>
/// <param name="Position">1 half-open, 2 open.</param>
public sealed record CircuitNote(int Position, DateTimeOffset At);
