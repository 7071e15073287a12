namespace Smplat.Core.Operators;

/// <summary>A setting that turns something on or off, as this instance reads it now.</summary>
public sealed record FeatureSwitch(string Setting, bool IsOn, bool IsDefault);
