namespace Smplat.Functions.Http.Access;

/// <summary>A recognised key.</summary>
/// <param name="Name">Which of the configured keys it is; never the key.</param>
public sealed record KeyMatch(string Name, IReadOnlyList<KeyScope> Scopes);
