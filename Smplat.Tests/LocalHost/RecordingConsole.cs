using System.Collections.Concurrent;
using Smplat.LocalHost;

namespace Smplat.Tests.LocalHost;

/// <summary>Records the console output of a start.</summary>
internal sealed class RecordingConsole : IStartupConsole
{
    private readonly ConcurrentQueue<string> _lines = new();

    public string Text => string.Join('\n', _lines);

    public void Line(string text) => _lines.Enqueue(text);

    public IStartupStep Step(string what, string done = "ready")
    {
        Line(what);
        return new RecordingStep(this);
    }

    private sealed class RecordingStep(RecordingConsole console) : IStartupStep
    {
        public void Note(string text) => console.Line(text);

        public void Fail(string why) => console.Line($"failed: {why}");

        public void Dispose()
        {
        }
    }
}
