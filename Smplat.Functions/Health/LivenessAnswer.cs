namespace Smplat.Functions.Health;

/// <summary>The process is up.</summary>
public sealed record LivenessAnswer(string Status);

/// <summary>The process is up, and which build it is.</summary>
public sealed record VersionedLivenessAnswer(string Status, string Environment, string Version);
