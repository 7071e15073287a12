using System.Text.Json.Nodes;

namespace Smplat.Tests.Http.Fuzzing;

/// <summary>Unexpected values that clients, attackers and broken serializers send.</summary>
internal static class HostileValues
{
    /// <summary>JSON text, so that it can contain values that no serializer would write.</summary>
    public static readonly IReadOnlyList<string> Json =
    [
        "null", "true", "-1", "0", "1.5", "1e308", "9223372036854775807", "99999999999999999999999999",
        "\"\"", "\"   \"", $"\"{new string('x', 70_000)}\"", """ "\u0000" """, """ "\ud800" """, "\"'; drop table orders; --\"",
        "\"<script>alert(1)</script>\"", "\"2026-13-45T99:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00Z\"",
        "[]", "{}", "[[[[[]]]]]", """{"a":{"b":[1]}}""", "\"٣\"", "\"NaN\"",
    ];

    public static readonly IReadOnlyList<string> Paths =
    [
        "%00", "..%2F..", "%F0%9F%98%80", "%FF", "-1", "'", "%3Cscript%3E", "NaN", new string('a', 3_000),
    ];

    public static readonly IReadOnlyList<string> Queries =
    [
        "", "-1", "0", "99999999999999999999", "abc", "%00", "%FF", "1.5", "2026-99-99", "'%20or%201=1", new string('x', 5_000),
    ];

    /// <summary>The example with each of its members, at any depth, replaced by each hostile value, or omitted.</summary>
    public static IEnumerable<string> Bodies(string example)
    {
        var places = Places(JsonNode.Parse(example)!, []).ToList();
        foreach (var place in places)
        {
            foreach (var value in Json)
            {
                yield return Replaced(example, place, value);
            }

            if (place.Count > 0 && place[^1] is string)
            {
                yield return Removed(example, place);
            }
        }
    }

    /// <summary>The example with each of its members replaced by much of something, and much of something by itself.</summary>
    /// <param name="bytes">About the size of each.</param>
    public static IEnumerable<string> Bulk(string example, int bytes)
    {
        string[] values =
        [
            Listed("0", bytes), Listed("{}", bytes), Listed("\"x\"", bytes), Listed("\"\\u0061\\ud83d\\ude00\"", bytes),
            "{" + string.Join(',', Enumerable.Range(0, bytes / 11).Select(number => $"\"{number:x6}\":0")) + "}",
            "{" + string.Join(',', Enumerable.Repeat("\"a\":0", bytes / 6)) + "}",
            new string('[', bytes / 2) + new string(']', bytes / 2),
            $"\"{new string('x', bytes)}\"", $"\"{string.Concat(Enumerable.Repeat("a@", bytes / 2))}\"", new string('9', bytes), $"1e{new string('9', 300)}",
        ];
        foreach (var place in Places(JsonNode.Parse(example)!, []))
        {
            foreach (var value in values)
            {
                yield return Replaced(example, place, value);
            }

            // A list may be long with items that are all right, or all wrong.
            if (At(example, place) is JsonArray { Count: > 0 } items)
            {
                var item = items[0]!.ToJsonString();
                yield return Replaced(example, place, Listed(item, bytes));
            }
        }
    }

    private static string Listed(string item, int bytes) => "[" + string.Join(',', Enumerable.Repeat(item, bytes / (item.Length + 1))) + "]";

    private static JsonNode? At(string example, IReadOnlyList<object> place) => place.Aggregate(
        JsonNode.Parse(example), (node, step) => step is string name ? node![name] : node![(int)step]);

    private static IEnumerable<IReadOnlyList<object>> Places(JsonNode? node, IReadOnlyList<object> path)
    {
        yield return path;
        IEnumerable<(object Step, JsonNode? Child)> children = node switch
        {
            JsonObject members => members.Select(member => ((object)member.Key, member.Value)),
            JsonArray { Count: > 0 } items => [(0, items[0])],
            _ => [],
        };
        foreach (var place in children.SelectMany(child => Places(child.Child, [.. path, child.Step])))
        {
            yield return place;
        }
    }

    private static string Replaced(string example, IReadOnlyList<object> place, string value)
    {
        const string Mark = "\"@here@\"";
        if (place.Count == 0)
        {
            return value;
        }

        var root = JsonNode.Parse(example)!;
        var parent = Parent(root, place);
        if (place[^1] is string name)
        {
            parent[name] = Mark.Trim('"');
        }
        else
        {
            parent[(int)place[^1]] = Mark.Trim('"');
        }

        return root.ToJsonString().Replace(Mark, value, StringComparison.Ordinal);
    }

    private static string Removed(string example, IReadOnlyList<object> place)
    {
        var root = JsonNode.Parse(example)!;
        Parent(root, place).AsObject().Remove((string)place[^1]);
        return root.ToJsonString();
    }

    private static JsonNode Parent(JsonNode root, IReadOnlyList<object> place) =>
        place.SkipLast(1).Aggregate(root, (node, step) => step is string name ? node[name]! : node[(int)step]!);
}
