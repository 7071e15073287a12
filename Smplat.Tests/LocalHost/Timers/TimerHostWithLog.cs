using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Smplat.Tests.LocalHost.Timers;

/// <summary>A host whose log lines a test can read.</summary>
internal static class TimerHostWithLog
{
    public static Task<TestHost> StartAsync(TimerRig rig, Diary log, params string[] settings) => TestHost.StartAsync(
        [typeof(TickFunctions)],
        builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(rig.Clock).AddSingleton(rig.Diary);
            builder.Logging.AddProvider(new Writer(log));
        },
        ["SMPLAT_LOCAL_TIMERS=true", $"SMPLAT_LOCAL_FOLDER={Path.GetDirectoryName(Path.GetDirectoryName(rig.File("x")))}", .. settings]);

    private sealed class Writer(Diary diary) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            diary.Write($"{logLevel}: {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
