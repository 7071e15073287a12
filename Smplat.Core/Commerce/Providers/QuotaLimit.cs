namespace Smplat.Core.Commerce.Providers;

/// <param name="Bucket">Name of the counter; part of a storage key, so letters, digits, dots and underscores only.</param>
/// <param name="PerDay">Calls within 24 hours; 0 means no limit.</param>
public readonly record struct QuotaLimit(string Bucket, int PerDay);
