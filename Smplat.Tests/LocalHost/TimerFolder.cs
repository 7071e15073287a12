namespace Smplat.Tests.LocalHost;

/// <summary>A folder of a test's own for what timers remember.</summary>
internal sealed class TimerFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("smplat-timers-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
