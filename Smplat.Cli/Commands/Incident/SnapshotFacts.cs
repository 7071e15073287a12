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
            _ => Banner(answer),
        })
        {
            index.AddFact(fact);
        }
    }

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
