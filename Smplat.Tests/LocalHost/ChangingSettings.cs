using Microsoft.Extensions.Configuration;

namespace Smplat.Tests.LocalHost;

/// <summary>Settings that a test changes while the host runs.</summary>
internal sealed class ChangingSettings : ConfigurationProvider, IConfigurationSource
{
    public ChangingSettings(string name, string value) => Set(name, value);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public void Change(string name, string value)
    {
        Set(name, value);
        OnReload();
    }
}
