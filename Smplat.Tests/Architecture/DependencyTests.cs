using System.Reflection;
using System.Runtime.CompilerServices;
using Mono.Cecil;
using Smplat.Core.Platform.Database;
using Smplat.Functions;

namespace Smplat.Tests.Architecture;

/// <summary>Dependencies point one way, features know only those that they are meant to know, and types stay small at their seams.</summary>
public sealed class DependencyTests
{
    private const string Core = "Smplat.Core.";

    /// <summary>Arrows between features that are meant; others need a reason in an ADR.</summary>
    private static readonly HashSet<(string From, string To)> Allowed =
    [
        ("Payments", "Orders"), ("Fulfillment", "Orders"), ("Checkout", "Orders"), ("Onboarding", "Orders"),
        ("Checkout", "Payments"), ("Billing", "Payments"), ("Digests", "Analytics"), ("Operators", "Checkout"), ("Operators", "Billing"),
        ("Onboarding", "Notifications"), ("Analytics", "Notifications"), ("Checkout", "Notifications"), ("Billing", "Notifications"),
        ("Digests", "Notifications"), ("Guardrails", "Notifications"), ("Digests", "Guardrails"), ("Onboarding", "Guardrails"), ("Fulfillment", "Guardrails"),
        ("Digests", "Notifications"), ("Orders", "Merchandising"), ("Fulfillment", "Merchandising"),
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
    public void Namespaces_of_Core_form_no_circle()
    {
        var uses = CodeGraph.Current.CoreTypes
            .GroupBy(type => type.Namespace)
            .ToDictionary(
                group => group.Key,
                group => group.SelectMany(CodeGraph.Current.UsesOf).Select(used => used.Namespace)
                    .Where(name => name != group.Key && name.StartsWith(Core, StringComparison.Ordinal)).ToHashSet());

        Assert.That(
            from space in uses.Keys
            let reached = Reach(uses, space)
            where reached.Contains(space)
            select $"{space} uses itself through {string.Join(", ", uses[space].Where(next => Reach(uses, next).Contains(space)))}",
            Is.Empty);
    }

    [Test]
    public void The_platform_knows_no_feature_and_features_use_only_those_that_they_are_meant_to_use() =>
        Assert.That(
            from type in CodeGraph.Current.CoreTypes
            let user = FeatureOf(type)
            from used in CodeGraph.Current.UsesOf(type)
            where used.Namespace.StartsWith(Core, StringComparison.Ordinal)
            let feature = FeatureOf(used)
            where user != feature && feature != "Platform" && !Allowed.Contains((user, feature))
            select $"{type.Name} of {user} uses {used.Name} of {feature}",
            Is.Empty);

    [Test]
    public void A_feature_never_uses_another_features_store() =>
        Assert.That(
            from type in CodeGraph.Current.CoreTypes
            from used in CodeGraph.Current.UsesOf(type)
            where used.Name.EndsWith("Store", StringComparison.Ordinal) && FeatureOf(used) is not "Platform" && FeatureOf(used) != FeatureOf(type)
            select $"{type.Name} uses {used.Name}",
            Is.Empty);

    [Test]
    public void Functions_and_pages_take_no_store() =>
        Assert.That(
            from type in CodeGraph.Current.Types
            where type.Namespace.StartsWith("Smplat.Functions", StringComparison.Ordinal)
            from constructor in type.Methods.Where(method => method.IsConstructor)
            from parameter in constructor.Parameters
            where parameter.ParameterType.Name.EndsWith("Store", StringComparison.Ordinal)
                && parameter.ParameterType.Namespace.StartsWith(Core, StringComparison.Ordinal)
            select $"{type.Name} takes {parameter.ParameterType.Name}",
            Is.Empty);

    [Test]
    public void No_constructor_takes_more_than_seven_and_no_positional_record_holds_more_than_eight() =>
        Assert.That(
            from type in new[] { typeof(Sql).Assembly, typeof(SmplatHost).Assembly }.SelectMany(assembly => assembly.GetTypes())
            where type.Namespace?.StartsWith("Smplat.", StringComparison.Ordinal) is true && !type.IsDefined(typeof(CompilerGeneratedAttribute))
            from constructor in type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)
            let count = constructor.GetParameters().Length
            where count > (IsRecord(type) ? 8 : 7)
            select $"{type.FullName} takes {count}",
            Is.Empty);

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly) is not null;

    private static string FeatureOf(TypeDefinition type) => type.Namespace.Split('.')[2];

    private static HashSet<string> Reach(Dictionary<string, HashSet<string>> uses, string from)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([from]);
        while (open.TryPop(out var space))
        {
            foreach (var next in uses.GetValueOrDefault(space) ?? [])
            {
                if (reached.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return reached;
    }
}
