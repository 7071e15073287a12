namespace Smplat.Functions.Http;

/// <summary>So many requests in a window; a limit of zero means none.</summary>
public readonly record struct RateRule(int Limit, TimeSpan Window);
