namespace Smplat.Core.Commerce.Routing;

/// <summary>A decision as <c>edge_logs</c> keeps it, with all that it was made from.</summary>
public sealed record ArchivedDecision(string RequestId, DateTimeOffset At, DecisionRecord Decision);
