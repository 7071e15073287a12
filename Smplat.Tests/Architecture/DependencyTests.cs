using System.Reflection;
using System.Text.RegularExpressions;
using Smplat.Core.Platform.Database;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>Dependencies point one way, and features know only those that they are meant to know.</summary>
public sealed partial class DependencyTests
{
    private static readonly string[] Features =
    [
        "Commerce", "Trust", "Analytics", "Onboarding", "Orders", "Payments", "Fulfillment", "Checkout", "Billing", "Digests", "Catalog", "Operators",
    ];

    /// <summary>Arrows between features that are meant; others need a reason in an ADR.</summary>
    private static readonly HashSet<(string From, string To)> Allowed =
    [
        ("Payments", "Orders"), ("Fulfillment", "Orders"), ("Checkout", "Orders"), ("Onboarding", "Orders"),
        ("Checkout", "Payments"), ("Digests", "Analytics"), ("Billing", "Payments"),
        ("Operators", "Checkout"), ("Operators", "Billing"),
    ];

    [Test]
    public void Core_references_neither_Azure_nor_AspNetCore()
    {
        var references = typeof(Sql).Assembly.GetReferencedAssemblies().Select(name => name.Name!);

        Assert.That(references.Where(name => name.StartsWith("Azure", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
            || name.StartsWith("Microsoft.Azure", StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void The_platform_knows_no_feature() =>
        Assert.That(
            from folder in new[] { "Platform" }
            from file in CoreFiles(folder)
            from feature in Features
            where Uses(file, feature)
            select $"{file} uses {feature}",
            Is.Empty);

    [Test]
    public void Features_use_only_the_features_that_they_are_meant_to_use() =>
        Assert.That(
            from feature in Features
            from file in CoreFiles(feature)
            from other in Features
            where other != feature && !Allowed.Contains((feature, other)) && Uses(file, other)
            select $"{Path.GetFileName(file)} of {feature} uses {other}",
            Is.Empty);

    [Test]
    public void A_feature_never_takes_another_features_store()
    {
        var stores = typeof(Sql).Assembly.GetTypes().Where(type => type.Name.EndsWith("Store", StringComparison.Ordinal)).ToHashSet();

        Assert.That(
            from type in typeof(Sql).Assembly.GetTypes()
            from constructor in type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            from parameter in constructor.GetParameters()
            where stores.Contains(parameter.ParameterType)
            let owner = FeatureOf(parameter.ParameterType)
            let user = FeatureOf(type)
            where Features.Contains(owner) && owner != user
            select $"{type.Name} takes {parameter.ParameterType.Name}",
            Is.Empty);
    }

    private static string FeatureOf(Type type) => type.Namespace?.Split('.').ElementAtOrDefault(2) ?? "";

    private static IEnumerable<string> CoreFiles(string folder)
    {
        var path = Path.Combine(Repository.Root, "Smplat.Core", folder);
        return Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories) : [];
    }

    private static bool Uses(string file, string feature) =>
        Using().Matches(File.ReadAllText(file)).Any(match => match.Groups["feature"].Value == feature);

    [GeneratedRegex(@"^using (static )?Smplat\.Core\.(?<feature>\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();
}
