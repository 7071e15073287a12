namespace Smplat.Functions.Http;

/// <summary>A recognised key.</summary>
/// <param name="Name">Which of the configured keys it is; never the key.</param>
/// <param name="Setting">Where it is configured.</param>
/// <param name="Fingerprint">Tells a key from its predecessor of the same name: the first digits of its digest.</param>
public sealed record KeyMatch(string Name, string Setting, string Fingerprint, IReadOnlyList<KeyScope> Scopes);
