using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Smplat.Core.Platform.Settings;

/// <summary>
/// The current value of a settings class. It follows the configuration; a reload that does not validate is logged,
/// shown in readiness and otherwise ignored, so that one typing error cannot take a running app down.
/// </summary>
public sealed partial class LiveSettings<T> : IOptionsMonitor<T>, IOptions<T>, IDisposable
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

    /// <exception cref="OptionsValidationException">The first read met a bad value.</exception>
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
            LogRefusedReload(_logger, problem);
            return;
        }

        _problems.Clear(typeof(T).Name);
        _current = settings;
        _listeners?.Invoke(settings, Options.DefaultName);
    }

    [LoggerMessage(1001, LogLevel.Error, "Changed settings are refused and the last good ones stay in use: {Problem}")]
    private static partial void LogRefusedReload(ILogger logger, string problem);

    private sealed class Unsubscriber(Action unsubscribe) : IDisposable
    {
        public void Dispose() => unsubscribe();
    }
}
