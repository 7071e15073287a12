namespace Smplat.Core.Operators;

/// <summary>What came of showing a key, or none.</summary>
public static class KeyUseOutcome
{
    public const string Opened = "opened";
    public const string WrongScope = "wrong_scope";
    public const string WrongKey = "wrong_key";
    public const string NoKey = "no_key";
    public const string NotConfigured = "not_configured";
}
