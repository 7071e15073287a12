using System.Globalization;
using System.Text.Json;

namespace Smplat.Cli.Commands.Check;

/// <summary>
/// The figures from which the gate measures the increase of the counters, in a file of its own. The gate's own file moves on
/// with every check that passes, and is renewed after a day, so that a failure that was dealt with does not keep it red; a
/// file given with <c>--baseline</c> stays as it is until <c>--accept</c>.
/// </summary>
internal sealed class ObservabilityBaseline
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);
    private static readonly JsonSerializerOptions Naming = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly FileInfo _file;
    private readonly bool _isOwn;

    private ObservabilityBaseline(FileInfo file, bool isOwn) => (_file, _isOwn) = (file, isOwn);

    /// <param name="given">The file of the command line; null for the gate's own.</param>
    public static ObservabilityBaseline Open(FileInfo? given, Uri app)
    {
        var folder = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create);
        var name = string.Create(CultureInfo.InvariantCulture, $"observability-{app.IdnHost.Replace(':', '-')}-{app.Port}.json");
        return new(given ?? new(Path.Combine(folder.Length > 0 ? folder : Path.GetTempPath(), "smplat", name)), given is null);
    }

    /// <returns>The figures as they are judged.</returns>
    /// <exception cref="UsageException">A given file is not one that this command wrote.</exception>
    public ObservabilityFigures Compare(ObservabilityFigures figures, DateTimeOffset now, bool isAccepted, List<string> notes)
    {
        if (!isAccepted && Read() is { Figures: { } earlier } kept && !(_isOwn && now - kept.At > MaxAge))
        {
            return figures.Since(earlier);
        }

        Write(figures, now);
        notes.Add($"baseline written to {_file.FullName}");
        return figures.Since(figures);
    }

    public void Write(ObservabilityFigures figures, DateTimeOffset now)
    {
        _file.Directory?.Create();
        File.WriteAllText(_file.FullName, JsonSerializer.Serialize(new Kept(now, figures), Naming));
    }

    private Kept? Read()
    {
        if (!File.Exists(_file.FullName))
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(File.ReadAllText(_file.FullName), Naming);
            return kept?.Figures is not null || _isOwn ? kept : throw new JsonException();
        }
        catch (JsonException) when (_isOwn)
        {
            return null;
        }
        catch (JsonException)
        {
            throw new UsageException($"--baseline {_file.FullName} is not a file that this command wrote.");
        }
    }

    private sealed record Kept(DateTimeOffset At, ObservabilityFigures? Figures);
}
