namespace Smplat.Core.Commerce.Providers;

/// <param name="Taken">Calls taken in the running window, blocks that instances hold included; null when unknown.</param>
public sealed record QuotaUse(string Bucket, int PerDay, int? Taken);
