using Smplat.Core.Operators;

namespace Smplat.Functions.Operators;

/// <summary>Switches by the name of their setting.</summary>
public sealed record SwitchesAnswer(IReadOnlyList<FeatureSwitch> Flags);
