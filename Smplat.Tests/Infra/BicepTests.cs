using System.Text.RegularExpressions;

namespace Smplat.Tests.Infra;

/// <summary>
/// What can be seen of the Bicep files without their compiler: brackets close, modules exist and get the parameters that
/// they ask for, access is granted in one file, and nothing opens storage to keys.
/// </summary>
public sealed partial class BicepTests
{
    private static string Main => Path.Combine(InfraFiles.Folder, "main.bicep");

    [TestCaseSource(nameof(Files))]
    public void Brackets_close(string path)
    {
        var open = new Stack<char>();
        foreach (var mark in Comments().Replace(Strings().Replace(File.ReadAllText(path), "''"), ""))
        {
            if ("([{".Contains(mark, StringComparison.Ordinal))
            {
                open.Push(mark);
            }
            else if (")]}".IndexOf(mark, StringComparison.Ordinal) is >= 0 and var kind)
            {
                Assert.That(open.TryPop(out var opened) && opened == "([{"[kind], Is.True, path);
            }
        }

        Assert.That(open, Is.Empty);
    }

    [Test]
    public void Modules_exist_and_get_what_they_ask_for() =>
        Assert.That(
            from Match module in Module().Matches(File.ReadAllText(Main))
            let path = Path.Combine(InfraFiles.Folder, module.Groups["path"].Value)
            let given = Given().Matches(module.Groups["body"].Value).Select(match => match.Groups[1].Value)
            from problem in Problems(path, [.. given])
            select problem,
            Is.Empty);

    [Test]
    public void Access_is_granted_in_one_file() =>
        Assert.That(
            InfraFiles.BicepFiles.Where(path => File.ReadAllText(path).Contains("roleAssignments@", StringComparison.Ordinal))
                .Select(Path.GetFileName),
            Is.EqualTo(["access.bicep"]));

    [Test]
    public void Storage_takes_no_keys_and_no_anonymous_readers()
    {
        var storage = File.ReadAllText(Path.Combine(InfraFiles.Folder, "modules", "storage.bicep"));

        Assert.That(storage, Does.Contain("allowSharedKeyAccess: false").And.Contain("allowBlobPublicAccess: false"));
    }

    [Test]
    public void Each_parameter_is_used() =>
        Assert.That(
            from path in InfraFiles.BicepFiles
            let text = File.ReadAllText(path)
            from Match parameter in Parameter().Matches(text)
            let name = parameter.Groups["name"].Value
            where Regex.Count(text, $@"\b{name}\b") < 2
            select $"{Path.GetFileName(path)}: {name}",
            Is.Empty);

    private static IEnumerable<string> Problems(string path, string[] given)
    {
        if (!File.Exists(path))
        {
            return [$"{path} is missing"];
        }

        var parameters = Parameter().Matches(File.ReadAllText(path));
        return parameters.Where(parameter => !parameter.Value.Contains('=', StringComparison.Ordinal))
            .Select(parameter => parameter.Groups["name"].Value).Except(given).Select(name => $"{Path.GetFileName(path)} needs {name}")
            .Concat(given.Except(parameters.Select(parameter => parameter.Groups["name"].Value)).Select(name => $"{Path.GetFileName(path)} has no {name}"));
    }

    private static IEnumerable<string> Files() => InfraFiles.BicepFiles;

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comments();

    [GeneratedRegex("'(?:[^'\\\\\n]|\\\\.)*'")]
    private static partial Regex Strings();

    [GeneratedRegex(@"^module \w+ '(?<path>[^']+)' = (?:if \(\w+\) )?\{\n(?<body>.*?)^\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Module();

    [GeneratedRegex(@"^    (\w+):", RegexOptions.Multiline)]
    private static partial Regex Given();

    [GeneratedRegex(@"^param (?<name>\w+) [^\n]*", RegexOptions.Multiline)]
    private static partial Regex Parameter();
}
