using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Smplat.LocalHost.Invocation;

/// <summary>Functions switched off by <c>AzureWebJobs.NAME.Disabled</c>; follows the configuration.</summary>
internal sealed class FunctionSwitches
{
    private const string Prefix = "AzureWebJobs.";
    private const string Suffix = ".Disabled";
    private readonly IConfiguration _configuration;
    private volatile FrozenSet<string> _disabled;

    public FunctionSwitches(IConfiguration configuration)
    {
        _configuration = configuration;
        _disabled = Read();
        ChangeToken.OnChange(configuration.GetReloadToken, () => _disabled = Read());
    }

    public bool IsDisabled(string function) => _disabled.Count > 0 && _disabled.Contains(function);

    private FrozenSet<string> Read() => _configuration.GetChildren()
        .Where(entry => entry.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && entry.Key.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
            && entry.Key.Length > Prefix.Length + Suffix.Length
            && (entry.Value == "1" || string.Equals(entry.Value, "true", StringComparison.OrdinalIgnoreCase)))
        .Select(entry => entry.Key[Prefix.Length..^Suffix.Length])
        .ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
