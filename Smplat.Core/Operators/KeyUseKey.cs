namespace Smplat.Core.Operators;

/// <summary>What uses of keys are summed by.</summary>
/// <param name="KeyName">Which of the configured keys, or <c>unknown</c>.</param>
/// <param name="Fingerprint">Tells a key from its predecessor of the same name; empty for an unknown one.</param>
/// <param name="Scope"><c>storefront</c>, <c>metrics</c> or <c>operator</c>: what the route asks for.</param>
/// <param name="Outcome">One of <see cref="KeyUseOutcome"/>.</param>
public readonly record struct KeyUseKey(DateOnly Day, string KeyName, string Fingerprint, string Scope, string Outcome);
