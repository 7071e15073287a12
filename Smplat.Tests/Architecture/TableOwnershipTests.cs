using System.Text.RegularExpressions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>
/// Only the owner of a table writes it. Read models may query the tables of others in a store of their own; which do so is
/// listed here. The owners stand in the README of the migrations.
/// </summary>
public sealed partial class TableOwnershipTests
{
    /// <summary>Whose stores read whose tables.</summary>
    private static readonly HashSet<(string Reader, string Owner)> Reads =
    [
        ("Analytics", "Onboarding"), ("Analytics", "Orders"),
        ("Billing", "Outbox"),
        ("Checkout", "Orders"), ("Checkout", "Outbox"), ("Checkout", "Payments"),
        ("Digests", "Billing"), ("Digests", "Checkout"), ("Digests", "Fulfillment"), ("Digests", "Orders"), ("Digests", "Outbox"),
        ("Digests", "Payments"),
        ("Fulfillment", "Orders"),
        ("Guardrails", "Fulfillment"),
        ("Merchandising", "Fulfillment"), ("Merchandising", "Orders"),
        ("Notifications", "Orders"),
        ("Onboarding", "Fulfillment"), ("Onboarding", "Orders"),
        ("Operators", "Billing"), ("Operators", "Checkout"), ("Operators", "Commerce"), ("Operators", "Digests"),
        ("Operators", "Fulfillment"), ("Operators", "Onboarding"), ("Operators", "Orders"), ("Operators", "Outbox"),
        ("Operators", "Payments"), ("Operators", "Platform"),
        ("Outbox", "Orders"),
        ("Payments", "Orders"),
        ("Trust", "Fulfillment"), ("Trust", "Merchandising"), ("Trust", "Orders"),
    ];

    private static readonly Dictionary<string, string> Owners = OwnerLine()
        .Matches(File.ReadAllText(Path.Combine(Repository.Root, "Smplat.Core", "Platform", "Database", "Migrations", "README.md")))
        .ToDictionary(match => match.Groups["table"].Value, match => match.Groups["owner"].Value);

    private static readonly (string File, string Feature, string Deed, string Table)[] Mentions =
    [
        .. from path in Repository.ProductFiles("*Store*.cs")
           let file = Path.GetRelativePath(Repository.Root, path).Replace('\\', '/')
           where file.StartsWith("Smplat.Core/", StringComparison.Ordinal)
           from Match text in Literal().Matches(File.ReadAllText(path))
           from Match mention in Mention().Matches(text.Value)
           where Owners.ContainsKey(mention.Groups["table"].Value)
           select (file, FeatureOf(file), mention.Groups["deed"].Value, mention.Groups["table"].Value),
    ];

    /// <summary>Sample data fills the tables of several features, and only in a local run.</summary>
    [Test]
    public void Only_the_owner_writes_a_table() =>
        Assert.That(
            Mentions.Where(mention => mention.Deed is not ("from" or "join" or "using")
                    && !mention.File.Contains("Sample", StringComparison.Ordinal) && !Owns(mention.Feature, mention.Table))
                .Select(mention => $"{mention.File}: {mention.Deed} {mention.Table}").Distinct(),
            Is.Empty);

    [Test]
    public void Tables_of_others_are_read_only_where_that_is_listed() =>
        Assert.That(
            Mentions.Where(mention => mention.Deed is "from" or "join" or "using"
                    && !mention.File.Contains("Sample", StringComparison.Ordinal)
                    && !Owns(mention.Feature, mention.Table) && !Reads.Contains((mention.Feature, Owners[mention.Table])))
                .Select(mention => $"{mention.File}: {mention.Table}").Distinct(),
            Is.Empty);

    [Test]
    public void Every_listed_reader_reads() =>
        Assert.That(
            Reads.Except(Mentions.Select(mention => (mention.Feature, Owners[mention.Table]))), Is.Empty);

    private static bool Owns(string feature, string table) =>
        Owners[table] == feature || (Owners[table] == "Platform" && feature is "Database" or "Jobs" or "Observability");

    private static string FeatureOf(string file) =>
        file.Split('/') is [_, "Platform", var part, ..] ? part : file.Split('/')[1];

    [GeneratedRegex(@"^\| `(?<table>[\w.]+)` \| (?<owner>\w+) \|", RegexOptions.Multiline)]
    private static partial Regex OwnerLine();

    [GeneratedRegex("\"\"\".*?\"\"\"|(?<!\")\"[^\"\\n]+\"(?!\")", RegexOptions.Singleline)]
    private static partial Regex Literal();

    [GeneratedRegex(@"\b(?<deed>delete from|from|join|insert into|merge into|using|truncate|(?<!for )update)\s+(?:only\s+)?(?<table>[a-z_]+(?:\.[a-z_]+)?)\b")]
    private static partial Regex Mention();
}
