using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Database;
using Smplat.Core.Platform.Security;

namespace Smplat.Cli.Commands;

/// <summary>Collects the parts one by one. A part that is not available is listed with the reason, and the others are still collected.</summary>
public sealed class SnapshotCollection(SnapshotArchive archive, SnapshotIndex index)
{
    public SnapshotIndex Index => index;

    public void LeaveOut(string file, string what, string source, string reason) =>
        index.Add(new(file, what, source, SnapshotPart.LeftOut, 0, reason));

    /// <summary>Collects an object, stored as JSON.</summary>
    public async Task<T?> TakeAsync<T>(
        string file, string what, string source, Func<Task<T>> read, CancellationToken cancellationToken)
        where T : class
    {
        T? value = null;
        await TakeBytesAsync(
            file,
            what,
            source,
            async () => System.Text.Encoding.UTF8.GetBytes(CliResult.ToJson(value = await read()) + "\n"),
            cancellationToken);
        return value;
    }

    /// <returns>What was stored; null when it was not available.</returns>
    public async Task<byte[]?> TakeBytesAsync(
        string file, string what, string source, Func<Task<byte[]>> read, CancellationToken cancellationToken)
    {
        try
        {
            var content = await read();
            index.Add(new(file, what, source, SnapshotPart.Kept, await archive.WriteAsync(file, content, cancellationToken), null));
            return content;
        }
        catch (Exception unavailable) when (IsUnavailable(unavailable) && !cancellationToken.IsCancellationRequested)
        {
            index.Add(new(file, what, source, SnapshotPart.Missing, 0, Redaction.Redact(unavailable.Message)));
            return null;
        }
    }

    /// <summary>Failures of the app or database. A full disk or a defect in this command ends the command instead.</summary>
    private static bool IsUnavailable(Exception exception) => DatabaseErrors.IsOutage(exception)
        || exception is HttpRequestException or OptionsValidationException or FileNotFoundException or DirectoryNotFoundException
            or UnauthorizedAccessException or System.Data.Common.DbException or InvalidDataException or ArgumentException;
}

/// <summary>One file of a snapshot, or the reason why it is missing.</summary>
/// <param name="State"><c>kept</c>, <c>missing</c>, or <c>left_out</c> when it was not requested.</param>
/// <param name="Reason">Why it is missing; null when it was kept.</param>
public sealed record SnapshotPart(string File, string What, string Source, string State, long Bytes, string? Reason)
{
    public const string Kept = "kept";
    public const string Missing = "missing";
    public const string LeftOut = "left_out";
}

/// <summary>What is in a snapshot, what is missing and why, and the main facts.</summary>
public sealed class SnapshotIndex(DateTimeOffset takenAt, DateTimeOffset since, Uri origin)
{
    private readonly List<SnapshotPart> _parts = [];
    private readonly List<(string? About, string Text)> _facts = [];
    private readonly SortedSet<string> _traces = new(StringComparer.Ordinal);

    public DateTimeOffset TakenAt => takenAt;

    public DateTimeOffset Since => since;

    public Uri Origin => origin;

    public IReadOnlyList<SnapshotPart> Parts => _parts;

    public IReadOnlyList<string> Facts => [.. _facts.Select(fact => fact.Text)];

    public IReadOnlyCollection<string> TraceIds => _traces;

    public IEnumerable<SnapshotPart> Kept => _parts.Where(part => part.State == SnapshotPart.Kept);

    public IEnumerable<SnapshotPart> LeftOut => _parts.Where(part => part.State == SnapshotPart.LeftOut);

    public IEnumerable<SnapshotPart> Missing => _parts.Where(part => part.State == SnapshotPart.Missing);

    public void Add(SnapshotPart part) => _parts.Add(part);

    /// <param name="about">A later fact about the same subject replaces an earlier one: the database knows more than a route returns.</param>
    public void AddFact(string fact, string? about = null)
    {
        var at = about is null ? -1 : _facts.FindIndex(known => known.About == about);
        if (at < 0)
        {
            _facts.Add((about, fact));
        }
        else
        {
            _facts[at] = (about, fact);
        }
    }

    public void AddTrace(string traceId) => _traces.Add(traceId);

    public object ToRecord() => new
    {
        TakenAt,
        Since,
        Origin,
        Facts,
        TraceIds = _traces,
        Parts = _parts,
    };
}

/// <summary>Derives the facts at the top of a snapshot's index.</summary>
internal static class SnapshotFacts
{
    internal static void Note(string file, JsonElement answer, SnapshotIndex index)
    {
        foreach (var fact in file switch
        {
            "readiness.json" => Readiness(answer),
            "flags.json" => Flags(answer),
            "banner.json" => Banner(answer),
            _ => [],
        })
        {
            index.AddFact(fact);
        }

        if (file == "job-runs.json" && answer.TryGetProperty("runs", out var runs))
        {
            NoteFailures(
                runs.EnumerateArray().Where(run => run.GetProperty("started_at").GetDateTimeOffset() >= index.Since)
                    .OrderBy(run => run.GetProperty("started_at").GetDateTimeOffset())
                    .Select(run => (Text(run, "job_id")!, Text(run, "status")!, Text(run, "error"), Text(run, "trace_id"))),
                index);
        }
    }

    /// <summary>How often each job failed, and the trace ids of those runs.</summary>
    /// <param name="runs">Oldest first; completed ones are ignored.</param>
    internal static void NoteFailures(
        IEnumerable<(string JobId, string Status, string? Error, string? TraceId)> runs, SnapshotIndex index)
    {
        var failed = runs.Where(run => run.Status != "completed").ToArray();
        foreach (var traceId in failed.Select(run => run.TraceId).OfType<string>())
        {
            index.AddTrace(traceId);
        }

        foreach (var job in failed.GroupBy(run => run.JobId).OrderByDescending(job => job.Count()))
        {
            index.AddFact(
                $"Job {job.Key} failed {(job.Count() == 1 ? "once" : $"{job.Count()} times")} since {index.Since:u}, last: {job.Last().Error ?? job.Last().Status}",
                $"job {job.Key}");
        }
    }

    private static string? Text(JsonElement run, string member) =>
        run.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<string> Readiness(JsonElement answer)
    {
        if (answer.TryGetProperty("status", out var status) && answer.TryGetProperty("components", out var components))
        {
            yield return $"Readiness says {status}.";
            foreach (var component in components.EnumerateObject()
                .Where(component => component.Value.GetProperty("status").GetString() is not ("ready" or "disabled")))
            {
                yield return $"Component {component.Name} is {component.Value.GetProperty("status")}: {component.Value.GetProperty("detail")}";
            }
        }
    }

    private static IEnumerable<string> Flags(JsonElement answer)
    {
        if (answer.TryGetProperty("flags", out var flags))
        {
            string[] changed =
            [
                .. flags.EnumerateArray().Where(flag => !flag.GetProperty("is_default").GetBoolean())
                    .Select(flag => $"{flag.GetProperty("setting").GetString()}={(flag.GetProperty("is_on").GetBoolean() ? "true" : "false")}"),
            ];
            yield return changed.Length == 0 ? "Every flag has its default." : $"Flags that differ from their default: {string.Join(", ", changed)}.";
        }
    }

    private static IEnumerable<string> Banner(JsonElement answer)
    {
        if (answer.TryGetProperty("banner", out var banner) && banner.ValueKind == JsonValueKind.Object)
        {
            yield return $"Banner ({banner.GetProperty("severity")}): {banner.GetProperty("message")}";
        }
    }
}

/// <summary>The index of a snapshot for people: facts, parts, trace ids, and what to fetch from elsewhere.</summary>
internal static class SnapshotPage
{
    internal static string Write(SnapshotIndex index)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# Snapshot of {index.TakenAt:u}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"App: {index.Origin}. Failures since {index.Since:u}.\n\n## Facts\n\n");
        page.Append(string.Concat(index.Facts.Select(fact => $"- {OneLine(fact)}\n")));
        if (index.Facts.Count == 0)
        {
            page.Append("- The app and the database did not answer.\n");
        }

        page.Append("\n## Parts\n\n| File | What | From | State |\n| --- | --- | --- | --- |\n");
        foreach (var part in index.Parts)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {(part.State == SnapshotPart.Kept ? $"[{part.File}]({part.File})" : part.File)} ");
            page.Append(CultureInfo.InvariantCulture, $"| {part.What} | {part.Source} | {State(part)} |\n");
        }

        page.Append("\n## Trace ids\n\n");
        page.Append(index.TraceIds.Count == 0 ? "No failed run in this period has one. Pass `--logs` to collect those in the logs.\n" : string.Concat(index.TraceIds.Select(id => $"- `{id}`\n")));
        return page.Append(Elsewhere(index)).ToString();
    }

    private static string State(SnapshotPart part) => part.State == SnapshotPart.Kept
        ? string.Create(CultureInfo.InvariantCulture, $"kept, {part.Bytes} bytes")
        : $"**{part.State.Replace('_', ' ')}**: {OneLine(part.Reason ?? "")}";

    private static string Elsewhere(SnapshotIndex index) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""

        ## Fetch from elsewhere

        Spans in the OTLP collector: `service.name` is `smplat-api` or `smplat-web`, from {{index.Since:O}} to {{index.TakenAt:O}}.

        Failed actions in Azure Monitor:

        ```kusto
        union traces, exceptions
        | where timestamp between (datetime({{index.Since.UtcDateTime:O}}) .. datetime({{index.TakenAt.UtcDateTime:O}}))
        | where message startswith "server_action_failed" or tostring(customDimensions["EventName"]) == "server_action_failed"
        | project timestamp, operation_Id, message, customDimensions
        ```

        """);

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal);
}

/// <summary>The .zip or folder that a snapshot is written to. An archive gets its name only when it is complete.</summary>
public sealed class SnapshotArchive : IAsyncDisposable
{
    private readonly string _path;
    private readonly string _unfinished;
    private readonly ZipArchive? _zip;

    private SnapshotArchive(string path, string unfinished, ZipArchive? zip) => (_path, _unfinished, _zip) = (path, unfinished, zip);

    /// <exception cref="UsageException">The path exists; a snapshot is evidence and never overwritten.</exception>
    public static SnapshotArchive Open(string path)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full) || Directory.Exists(full))
        {
            throw new UsageException($"{path} already exists.");
        }

        var unfinished = full + ".unfinished";
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            Directory.CreateDirectory(full);
            return new(full, full, null);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return new(full, unfinished, new ZipArchive(File.Create(unfinished), ZipArchiveMode.Create));
    }

    public async Task<long> WriteAsync(string file, byte[] content, CancellationToken cancellationToken)
    {
        if (_zip is null)
        {
            await File.WriteAllBytesAsync(Path.Combine(_path, file), content, cancellationToken);
            return content.Length;
        }

        await using var entry = await _zip.CreateEntry(file).OpenAsync(cancellationToken);
        await entry.WriteAsync(content, cancellationToken);
        return content.Length;
    }

    public Task<long> WriteAsync(string file, string text, CancellationToken cancellationToken) =>
        WriteAsync(file, Encoding.UTF8.GetBytes(text.EndsWith('\n') ? text : text + "\n"), cancellationToken);

    public void Complete()
    {
        if (_zip is not null)
        {
            _zip.Dispose();
            File.Move(_unfinished, _path);
        }
    }

    public ValueTask DisposeAsync()
    {
        _zip?.Dispose();
        if (_unfinished != _path && File.Exists(_unfinished))
        {
            File.Delete(_unfinished);
        }

        return ValueTask.CompletedTask;
    }
}
