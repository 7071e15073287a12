namespace Smplat.Core.Operators;

/// <summary>A key that this app accepts now; never the key itself.</summary>
/// <param name="Setting">Where it is configured.</param>
/// <param name="Scopes">What it opens.</param>
public sealed record ConfiguredKey(string Name, string Setting, string Fingerprint, IReadOnlyList<string> Scopes);
