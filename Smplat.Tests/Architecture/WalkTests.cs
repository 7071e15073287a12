using System.Globalization;
using Mono.Cecil;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>
/// What a reader opens to follow one thing through the code, from its trigger to its last write. The lists stand in
/// <c>docs/walks</c> and are derived from the compiled code; <c>just walks</c> writes them again. Left out are the vendors'
/// clients, options, log events, metrics, wiring and the description of the API.
/// </summary>
public sealed class WalkTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "walks");

    private static string[] Names => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [TestCaseSource(nameof(Names))]
    public void A_walk_is_listed_as_it_is_and_is_short_enough(string name)
    {
        var path = Path.Combine(Folder, name + ".txt");
        var head = File.ReadAllLines(path).TakeWhile(line => line.StartsWith('#')).ToArray();
        var files = CodeGraph.Current.Walk(Values(head, "from").SelectMany(Starts), IsLeftOut);
        if (TestSettings.WritesWalks)
        {
            File.WriteAllLines(path, [.. head, .. files]);
        }

        Assert.Multiple(() =>
        {
            Assert.That(files, Has.Count.LessThan(int.Parse(Values(head, "under").Single(), CultureInfo.InvariantCulture)));
            Assert.That(File.ReadAllLines(path).Skip(head.Length), Is.EqualTo(files), "The walk has changed: run `just walks`.");
        });
    }

    private static IEnumerable<string> Values(string[] head, string name) =>
        head.Where(line => line.StartsWith($"# {name}: ", StringComparison.Ordinal)).Select(line => line[(name.Length + 4)..].Trim());

    private static IEnumerable<MethodDefinition> Starts(string text) =>
        text.Split(' ') is ["function", var function] ? [CodeGraph.Current.Function(function)] : CodeGraph.Current.Methods(text);

    private static bool IsLeftOut(string file) =>
        (file.StartsWith("Smplat.Core/Commerce/Providers/", StringComparison.Ordinal) && file.Count(sign => sign == '/') > 3)
        || file.StartsWith("Smplat.Core/Platform/Observability/", StringComparison.Ordinal)
        || file.StartsWith("Smplat.Functions/Http/OpenApi/", StringComparison.Ordinal)
        || file.EndsWith("Options.cs", StringComparison.Ordinal)
        || file.EndsWith("Log.cs", StringComparison.Ordinal)
        || file.EndsWith("Feature.cs", StringComparison.Ordinal);
}
