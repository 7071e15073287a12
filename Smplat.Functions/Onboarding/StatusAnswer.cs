namespace Smplat.Functions.Onboarding;

/// <summary>The answer of calls that give nothing back.</summary>
public sealed record StatusAnswer(string Status);
