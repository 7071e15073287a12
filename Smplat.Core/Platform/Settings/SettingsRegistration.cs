using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Smplat.Core.Platform.Settings;

public static class SettingsRegistration
{
    /// <summary>
    /// Binds a settings class to the flat names of its <see cref="ConfigurationKeyNameAttribute"/>s. A bad value at start
    /// refuses the start and names the setting; a bad value on reload keeps the last good settings.
    /// </summary>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services)
        where T : class, new()
    {
        services.TryAddSingleton<SettingsProblems>();
        services.TryAddSingleton<LiveSettings<T>>(provider => new LiveSettings<T>(
            provider.GetRequiredService<IConfiguration>(),
            provider.GetRequiredService<SettingsProblems>(),
            provider.GetRequiredService<ILogger<LiveSettings<T>>>()));
        services.TryAddSingleton<IOptionsMonitor<T>>(provider => provider.GetRequiredService<LiveSettings<T>>());
        services.TryAddSingleton<IOptions<T>>(provider => provider.GetRequiredService<LiveSettings<T>>());
        services.AddSingleton(new SettingsClass(typeof(T)));
        services.AddOptions<T>().ValidateOnStart();
        return services;
    }
}
