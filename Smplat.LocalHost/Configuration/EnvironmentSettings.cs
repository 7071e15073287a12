using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.EnvironmentVariables;

namespace Smplat.LocalHost.Configuration;

/// <summary>
/// Environment variables, without the empty ones: an empty variable does not hide a value of local.settings.json.
/// </summary>
internal sealed class EnvironmentSettings : IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider();

    private sealed class Provider : EnvironmentVariablesConfigurationProvider
    {
        public override void Load()
        {
            base.Load();
            Data = Data.Where(entry => !string.IsNullOrEmpty(entry.Value))
                .ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.OrdinalIgnoreCase);
        }
    }
}
