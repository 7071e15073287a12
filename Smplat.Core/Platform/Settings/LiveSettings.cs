using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Smplat.Core.Platform.Settings;

public static class SettingsRegistration
{
    /// <summary>
    /// Binds a settings class to the flat names of its <see cref="ConfigurationKeyNameAttribute"/>s. An invalid value at start
    /// prevents the start and names the setting; an invalid value on reload keeps the last valid settings.
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

/// <summary>
/// The current value of a settings class. It follows the configuration. A reload that does not validate is logged, reported in
/// readiness and otherwise ignored, so that a typing error cannot take a running app down.
/// </summary>
internal sealed partial class LiveSettings<T> : IOptionsMonitor<T>, IOptions<T>, IDisposable
    where T : class, new()
{
    private readonly IConfiguration _configuration;
    private readonly SettingsProblems _problems;
    private readonly ILogger _logger;
    private readonly IDisposable _subscription;
    private readonly Lock _gate = new();
    private Action<T, string?>? _listeners;
    private volatile T? _current;

    public LiveSettings(IConfiguration configuration, SettingsProblems problems, ILogger<LiveSettings<T>> logger)
    {
        _configuration = configuration;
        _problems = problems;
        _logger = logger;
        _subscription = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <exception cref="OptionsValidationException">The first read found an invalid value.</exception>
    public T CurrentValue
    {
        get
        {
            if (_current is { } current)
            {
                return current;
            }

            lock (_gate)
            {
                return _current ??= ReadOrThrow();
            }
        }
    }

    public T Value => CurrentValue;

    public T Get(string? name) => CurrentValue;

    public IDisposable OnChange(Action<T, string?> listener)
    {
        lock (_gate)
        {
            _listeners += listener;
        }

        return new Unsubscriber(() =>
        {
            lock (_gate)
            {
                _listeners -= listener;
            }
        });
    }

    public void Dispose() => _subscription.Dispose();

    private T ReadOrThrow()
    {
        var (settings, failures) = SettingsReader.Read<T>(_configuration);
        return failures.Count == 0
            ? settings
            : throw new OptionsValidationException(Options.DefaultName, typeof(T), failures);
    }

    private void Reload()
    {
        if (_current is null)
        {
            return;
        }

        var (settings, failures) = SettingsReader.Read<T>(_configuration);
        if (failures.Count > 0)
        {
            var problem = string.Join(" ", failures);
            _problems.Report(typeof(T).Name, problem);
            LogReloadRefused(_logger, problem);
            return;
        }

        _problems.Clear(typeof(T).Name);
        _current = settings;
        _listeners?.Invoke(settings, Options.DefaultName);
    }

    [LoggerMessage(1001, LogLevel.Error, "Changed settings are invalid; the last valid ones stay in use: {Problem}")]
    private static partial void LogReloadRefused(ILogger logger, string problem);

    private sealed class Unsubscriber(Action unsubscribe) : IDisposable
    {
        public void Dispose() => unsubscribe();
    }
}

/// <summary>Settings classes whose last reload was rejected, by name; readiness reports them.</summary>
public sealed class SettingsProblems
{
    private readonly ConcurrentDictionary<string, string> _current = new();

    public IReadOnlyDictionary<string, string> Current => _current;

    public void Report(string settingsClass, string problem) => _current[settingsClass] = problem;

    public void Clear(string settingsClass) => _current.TryRemove(settingsClass, out _);
}

/// <summary>A registered settings class, so that tests can compare samples, docs and infrastructure with the full list.</summary>
public sealed record SettingsClass(Type Type);
