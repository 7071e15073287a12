using System.Text.Json;

namespace Smplat.Cli.Commands.Incident;

/// <summary>The sentences at the head of a snapshot's index.</summary>
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

    /// <summary>Which jobs failed how often, and the traces of those runs.</summary>
    /// <param name="runs">From the oldest on; the completed ones say nothing.</param>
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
            yield return changed.Length == 0 ? "Every switch has its default." : $"Switches that differ from their default: {string.Join(", ", changed)}.";
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
