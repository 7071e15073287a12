using System.Diagnostics;
using System.Globalization;

namespace Smplat.LocalHost;

/// <summary>Tells the person at the terminal what the start is doing.</summary>
public interface IStartupConsole
{
    /// <summary>A plain line.</summary>
    void Line(string text);

    /// <summary>Announces a step that takes time, such as "Postgres".</summary>
    IStartupStep Step(string what);
}

/// <summary>
/// A step of the start that is under way. Disposing it writes "Postgres ready in 0.8 s", unless it failed.
/// </summary>
public interface IStartupStep : IDisposable
{
    /// <summary>Says what the step is doing, or what it found.</summary>
    void Note(string text);

    /// <summary>Ends the step as failed, so that it does not report itself ready.</summary>
    void Fail(string why);
}

/// <summary>Writes the progress of the start as plain lines, which read well on a terminal and in a log.</summary>
internal sealed class StartupConsole(TextWriter output) : IStartupConsole
{
    private readonly Lock _gate = new();

    public void Line(string text)
    {
        lock (_gate)
        {
            output.WriteLine(text);
        }
    }

    public IStartupStep Step(string what) => new RunningStep(this, what);

    private sealed class RunningStep : IStartupStep
    {
        private readonly StartupConsole _console;
        private readonly string _what;
        private readonly long _began = Stopwatch.GetTimestamp();
        private bool _hasFailed;

        public RunningStep(StartupConsole console, string what)
        {
            (_console, _what) = (console, what);
            console.Line($"  {what} ...");
        }

        public void Note(string text) => _console.Line($"  {_what}: {text}");

        public void Fail(string why)
        {
            _hasFailed = true;
            _console.Line($"  {_what} failed: {why}");
        }

        public void Dispose()
        {
            if (!_hasFailed)
            {
                var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
                _console.Line(string.Create(CultureInfo.InvariantCulture, $"  {_what} ready in {seconds:0.0} s"));
            }
        }
    }
}

/// <summary>
/// The app cannot start here; the message is shown as it is, without a stack trace, and says what to do.
/// </summary>
public sealed class LocalStartException(string message, Exception? inner = null) : Exception(message, inner);
