namespace Smplat.Core.Billing;

/// <summary>What a pass over hosted sessions did.</summary>
/// <param name="Scheduled">Sessions that got an attempt.</param>
/// <param name="Notified">Those of them about which somebody is told.</param>
public sealed record HostedRecoveryReport(
    Guid RunId, int Scheduled, int Notified, int Expired, int Abandoned, int Exhausted, int Regenerated, int Failed);
