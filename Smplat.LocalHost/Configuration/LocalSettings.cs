using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Smplat.LocalHost.Configuration;

/// <summary>
/// The first of the settings files that exists, as configuration; a change of the file on disk is taken up while the
/// app runs.
/// </summary>
public sealed class LocalSettings(IReadOnlyList<string> candidates, bool watch) : IConfigurationSource
{
    public IReadOnlyList<string> Candidates => candidates;

    public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(candidates, watch);

    private sealed class Provider : ConfigurationProvider, IDisposable
    {
        // Editors write in several steps; one reload after the last of them is enough.
        private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(200);

        private readonly IReadOnlyList<string> _candidates;
        private readonly List<FileSystemWatcher> _watchers = [];
        private readonly Timer _reload;

        public Provider(IReadOnlyList<string> candidates, bool watch)
        {
            _candidates = candidates;
            _reload = new Timer(_ => Reload());
            var folders = candidates.Select(path => Path.GetDirectoryName(path)!).Distinct();
            foreach (var folder in watch ? folders.Where(Directory.Exists) : [])
            {
                _watchers.Add(Watch(folder));
            }
        }

        public override void Load()
        {
            if (_candidates.FirstOrDefault(File.Exists) is not { } path)
            {
                Data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
                return;
            }

            try
            {
                Data = SettingsFile.Read(path);
            }
            catch (JsonException problem)
            {
                throw new LocalStartException($"{path} cannot be read: {problem.Message}", problem);
            }
        }

        public void Dispose()
        {
            _watchers.ForEach(watcher => watcher.Dispose());
            _reload.Dispose();
        }

        private FileSystemWatcher Watch(string folder)
        {
            // Only the folder itself: below it lie node_modules and the database.
            var watcher = new FileSystemWatcher(folder, "local.settings*.json") { IncludeSubdirectories = false };
            FileSystemEventHandler changed = (_, _) => _reload.Change(Settle, Timeout.InfiniteTimeSpan);
            watcher.Changed += changed;
            watcher.Created += changed;
            watcher.Deleted += changed;
            watcher.Renamed += (_, _) => _reload.Change(Settle, Timeout.InfiniteTimeSpan);
            watcher.EnableRaisingEvents = true;
            return watcher;
        }

        private void Reload()
        {
            try
            {
                Load();
            }
            catch (Exception problem)
                when (problem is LocalStartException or IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"{problem.Message} The settings read before stay in use.");
                return;
            }

            OnReload();
        }
    }
}
