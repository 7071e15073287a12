using System.Text.Json;

namespace Smplat.Cli.Commands.Jobs;

/// <summary>What a run did, in a few words for people: what is zero, false or empty is left out.</summary>
public static class JobSummary
{
    public static string Tell(JsonElement summary)
    {
        if (summary.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        string[] words = [.. summary.EnumerateObject().Where(entry => !IsNothing(entry.Value)).Select(entry => $"{entry.Name.Replace('_', ' ')} {Word(entry.Value)}")];
        return words.Length > 0 ? string.Join(", ", words) : "nothing to do";
    }

    private static bool IsNothing(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Number => value.GetDouble() == 0,
        JsonValueKind.String => value.GetString()!.Length == 0,
        _ => false,
    };

    private static string Word(JsonElement value) => value.ValueKind == JsonValueKind.True ? "yes" : value.ToString();
}
