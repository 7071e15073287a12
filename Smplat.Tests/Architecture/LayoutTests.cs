using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>How files are laid out: names that say what they hold, SQL in stores only, no namespace of somebody else.</summary>
public sealed partial class LayoutTests
{
    private static readonly string[] EmptySuffixes =
        ["Manager", "Helper", "Util", "Utils", "Common", "Impl", "Processor", "Dto", "Model", "Service", "Base"];

    [Test]
    public void Names_say_what_a_type_is() =>
        Assert.That(
            Repository.ProductFiles().Select(Path.GetFileNameWithoutExtension)
                .Where(name => EmptySuffixes.Any(suffix => name!.EndsWith(suffix, StringComparison.Ordinal))),
            Is.Empty);

    [Test]
    public void Sql_stands_in_stores_only() =>
        Assert.That(
            Repository.ProductFiles()
                .Where(path => !Path.GetFileName(path).Contains("Store", StringComparison.Ordinal))
                .Where(path => Statement().IsMatch(File.ReadAllText(path))),
            Is.Empty);

    [Test]
    public void No_type_of_ours_is_declared_in_a_namespace_of_somebody_else() =>
        Assert.That(
            from file in Directory.EnumerateFiles(AppContext.BaseDirectory, "Smplat*.dll")
            from type in Assembly.LoadFrom(file).GetTypes()
            where type.Namespace is { } name && ForeignNamespace().IsMatch(name) && !type.IsDefined(typeof(CompilerGeneratedAttribute))
            select type.FullName,
            Is.Empty);

    [Test]
    public void Product_code_has_no_conditional_compilation_and_nothing_left_to_do() =>
        Assert.That(
            Repository.ProductFiles()
                .Where(path => Unfinished().IsMatch(File.ReadAllText(path))),
            Is.Empty);

    [GeneratedRegex(@"""""""\s*\n\s*(with\s+\w+\s+as|select\s|insert\s+into\s|update\s+\w+|delete\s+from\s)|""(select|insert into|delete from) \w", RegexOptions.None)]
    private static partial Regex Statement();

    // Microsoft.CodeAnalysis: helpers that the compiler puts into every assembly.
    [GeneratedRegex(@"^(Microsoft|Azure)(\.(?!CodeAnalysis)|$)")]
    private static partial Regex ForeignNamespace();

    [GeneratedRegex(@"^\s*#if\s|\bTODO\b|\bFIXME\b|NotImplementedException", RegexOptions.Multiline)]
    private static partial Regex Unfinished();
}
