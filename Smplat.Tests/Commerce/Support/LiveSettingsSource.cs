using Microsoft.Extensions.Configuration;

namespace Smplat.Tests.Commerce.Support;

/// <summary>Settings that a test changes while the app runs, as an operator changes app settings.</summary>
public sealed class LiveSettingsSource : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public void Change(params (string Name, string Value)[] settings)
    {
        foreach (var (name, value) in settings)
        {
            Set(name, value);
        }

        OnReload();
    }
}
