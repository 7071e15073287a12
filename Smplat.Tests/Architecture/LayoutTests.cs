using System.Text.RegularExpressions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>How files are laid out: small, one concept each, SQL in stores only.</summary>
public sealed partial class LayoutTests
{
    private static readonly string[] EmptySuffixes =
        ["Manager", "Helper", "Util", "Utils", "Common", "Impl", "Processor", "Dto", "Model", "Service", "Base"];

    [Test]
    public void No_product_file_is_longer_than_300_lines() =>
        Assert.That(Repository.ProductFiles().Where(path => File.ReadLines(path).Count() > 300), Is.Empty);

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
    public void Product_code_has_no_conditional_compilation_and_nothing_left_to_do() =>
        Assert.That(
            Repository.ProductFiles()
                .Where(path => Unfinished().IsMatch(File.ReadAllText(path))),
            Is.Empty);

    [GeneratedRegex(@"""""""\s*\n\s*(with\s+\w+\s+as|select\s|insert\s+into\s|update\s+\w+|delete\s+from\s)|""(select|insert into|delete from) \w", RegexOptions.None)]
    private static partial Regex Statement();

    [GeneratedRegex(@"^\s*#if\s|\bTODO\b|\bFIXME\b|NotImplementedException", RegexOptions.Multiline)]
    private static partial Regex Unfinished();
}
