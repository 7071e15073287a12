using System.Collections.Concurrent;

namespace Smplat.Core.Platform.Settings;

/// <summary>Settings classes whose last reload was refused, by name; readiness shows them.</summary>
public sealed class SettingsProblems
{
    private readonly ConcurrentDictionary<string, string> _standing = new();

    public IReadOnlyDictionary<string, string> Standing => _standing;

    public void Report(string settingsClass, string problem) => _standing[settingsClass] = problem;

    public void Clear(string settingsClass) => _standing.TryRemove(settingsClass, out _);
}
