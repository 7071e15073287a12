namespace Smplat.Core.Operators;

/// <summary>The uses of one key, for one scope, with one outcome, over some days.</summary>
public sealed record KeyUseRow(
    string KeyName, string Fingerprint, string Scope, string Outcome, long Uses, DateTimeOffset FirstUsedAt, DateTimeOffset LastUsedAt);
