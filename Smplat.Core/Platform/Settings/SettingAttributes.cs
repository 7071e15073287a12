namespace Smplat.Core.Platform.Settings;

/// <summary>Older names under which a setting is read when its own name is unset.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SettingAliasAttribute(params string[] names) : Attribute
{
    public string[] Names { get; } = names;
}

/// <summary>The value is a secret: it is printed in no message and comes from a vault when deployed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretSettingAttribute : Attribute
{
    /// <summary>
    /// A credential of one vendor: when its vault reference does not resolve it counts as unset, so that the vendor is
    /// out of use and not the app.
    /// </summary>
    public bool IsVendorCredential { get; init; }
}
