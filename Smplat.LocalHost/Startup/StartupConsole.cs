using System.Diagnostics;
using System.Globalization;

namespace Smplat.LocalHost.Startup;

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
