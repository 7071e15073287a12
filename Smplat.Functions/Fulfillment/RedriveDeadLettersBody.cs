namespace Smplat.Functions.Fulfillment;

/// <summary>The body of a redrive as callers write it: the filter's members beside actor and reason.</summary>
public sealed record RedriveDeadLettersBody(
    string? TaskType,
    Guid? OrderId,
    string? ErrorContains,
    DateTimeOffset? Since,
    DateTimeOffset? Before,
    int? Limit,
    string Actor,
    string Reason);
