namespace Smplat.Functions.Http;

/// <summary>What a function class declares about itself.</summary>
/// <param name="Scope">The scope that its key must have; null when it is open to all.</param>
/// <param name="Route">The template of its path, with a leading slash.</param>
public sealed record FunctionTrait(string Name, KeyScope? Scope, bool RefuseWrongKey, RateCategory? Rate, string Route);
