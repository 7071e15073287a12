using System.Reflection;
using Microsoft.Extensions.Logging;
using Smplat.Core.Platform.Database;
using Smplat.Functions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Architecture;

/// <summary>Event ids are contracts with alerts and searches: unique, in the range of their feature, and in the catalog.</summary>
public sealed class EventIdTests
{
    private static readonly (int Id, string Method, string Feature)[] All =
    [
        .. from assembly in new[] { typeof(Sql).Assembly, typeof(SmplatHost).Assembly }
           from type in assembly.GetTypes()
           from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
           let message = method.GetCustomAttribute<LoggerMessageAttribute>()
           where message is not null
           select (message.EventId, $"{type.Name}.{method.Name}", FeatureOf(type)),
    ];

    private static readonly Dictionary<string, (int From, int To)> Ranges = new()
    {
        ["Commerce"] = (2000, 3299),
        ["Trust"] = (4000, 4999),
        ["Analytics"] = (5000, 5999),
        ["Onboarding"] = (5000, 5999),
        ["Catalog"] = (5000, 5999),
        ["Orders"] = (6000, 6999),
        ["Payments"] = (6000, 6999),
        ["Fulfillment"] = (6000, 6999),
        ["Outbox"] = (7000, 7999),
        ["Checkout"] = (7000, 7999),
        ["Billing"] = (7000, 7999),
        ["Digests"] = (7000, 7999),
        ["Guardrails"] = (8100, 8199),
        ["Merchandising"] = (8000, 8099),
        ["Access"] = (8200, 8299),
    };

    [Test]
    public void Event_ids_are_unique() =>
        Assert.That(
            All.GroupBy(entry => entry.Id).Where(group => group.Count() > 1).Select(group => string.Join(" and ", group)), Is.Empty);

    [Test]
    public void Event_ids_lie_in_the_range_of_their_feature() =>
        Assert.That(
            All.Where(entry => Ranges.TryGetValue(entry.Feature, out var range) && (entry.Id < range.From || entry.Id > range.To))
                .Select(entry => $"{entry.Method} has {entry.Id}"),
            Is.Empty);

    [Test]
    public void Every_event_is_in_the_catalogue()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "events.md"));

        Assert.That(
            All.Where(entry => !page.Contains($"| {entry.Id} |", StringComparison.Ordinal)).Select(entry => $"{entry.Id} {entry.Method}"), Is.Empty);
    }

    /// <summary>The folder below the project, or below Platform.</summary>
    private static string FeatureOf(Type type)
    {
        var parts = type.Namespace!.Split('.');
        return parts.ElementAtOrDefault(2) is "Platform" ? parts.ElementAtOrDefault(3) ?? "" : parts.ElementAtOrDefault(2) ?? "";
    }
}
