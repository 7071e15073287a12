using System.Diagnostics;
using System.Globalization;

namespace Smplat.LocalHost;

/// <summary>Shows the progress of the start and the stop in the terminal.</summary>
public interface IStartupConsole
{
    /// <summary>Writes a line.</summary>
    void Line(string text);

    /// <summary>Begins a step that takes time, such as "Postgres".</summary>
    /// <param name="done">What is true at its end, "ready" or "stopped".</param>
    IStartupStep Step(string what, string done = "ready");
}

/// <summary>
/// A running step. Disposing it writes "Postgres ready in 0.8 s", unless it failed.
/// </summary>
public interface IStartupStep : IDisposable
{
    /// <summary>Writes what the step is doing or found.</summary>
    void Note(string text);

    /// <summary>Marks the step as failed, so that it is not reported as ready.</summary>
    void Fail(string why);
}

/// <summary>Writes the progress as plain lines, which work in a terminal and in a log.</summary>
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

    public IStartupStep Step(string what, string done = "ready") => new RunningStep(this, what, done);

    private sealed class RunningStep : IStartupStep
    {
        private readonly StartupConsole _console;
        private readonly string _what;
        private readonly string _done;
        private readonly long _began = Stopwatch.GetTimestamp();
        private bool _hasFailed;

        public RunningStep(StartupConsole console, string what, string done)
        {
            (_console, _what, _done) = (console, what, done);
            console.Line(done == "ready" ? $"  {what} ..." : $"  Stopping: {what} ...");
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
                _console.Line(string.Create(CultureInfo.InvariantCulture, $"  {_what} {_done} in {seconds:0.0} s"));
            }
        }
    }
}

/// <summary>
/// The app cannot start. The message is shown without a stack trace and says what to do.
/// </summary>
public sealed class LocalStartException(string message, Exception? inner = null) : Exception(message, inner);
