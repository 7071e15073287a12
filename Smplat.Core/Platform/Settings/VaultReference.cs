using System.Diagnostics.CodeAnalysis;

namespace Smplat.Core.Platform.Settings;

/// <summary>
/// A Key Vault reference that the platform could not resolve reaches the app as its own text, which everybody who sees the
/// configuration knows: taken as a key it would open the app, taken as a secret it would sign for anybody.
/// </summary>
public static class VaultReference
{
    public static bool IsUnresolved([NotNullWhen(true)] string? text) =>
        text is not null && text.AsSpan().TrimStart().StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase);

    public static string Explain(string setting) =>
        $"{setting} is a Key Vault reference that was not resolved: check the vault, the secret's name and the app's access to it.";
}
