using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.LocalHost.Hosting;

/// <summary>A binding of a function as the worker describes it.</summary>
public sealed record FunctionBinding(string Name, string Type, BindingInfo.Types.Direction Direction);

/// <summary>The trigger of an HTTP function.</summary>
/// <param name="Template">The full route template, with the prefix of host.json and without leading or trailing slashes.</param>
/// <param name="Methods">In upper case; empty for all methods.</param>
public sealed record HttpTrigger(string Template, IReadOnlyList<string> Methods);

/// <summary>The trigger of a timer function.</summary>
/// <param name="Schedule">As written, before <c>%Setting%</c> is replaced.</param>
public sealed record TimerTrigger(string Schedule, bool UseMonitor, bool RunOnStartup);

/// <summary>A function of the app. Without an HTTP or timer trigger it is listed and can be fired manually, but never starts otherwise.</summary>
public sealed record FunctionEntry(
    RpcFunctionMetadata Metadata, IReadOnlyList<FunctionBinding> Bindings, string TriggerType, HttpTrigger? Http, TimerTrigger? Timer, bool IsDisabled)
{
    public string Name => Metadata.Name;

    public string Id => Metadata.FunctionId;

    /// <summary>Name of the trigger's parameter.</summary>
    public string TriggerName => Bindings.First(binding => binding.Type == TriggerType).Name;
}

/// <summary>
/// The functions of a worker by name, after the same checks as in the official host: names, duplicates, reserved and
/// malformed routes.
/// </summary>
public sealed partial class FunctionCatalog
{
    private static readonly string[] Reserved = ["admin", "runtime"];
    private static readonly DefaultInlineConstraintResolver Constraints = KnownConstraints();

    private FunctionCatalog(IReadOnlyList<FunctionEntry> all) => All = all;

    /// <summary>In the order in which routes are matched, which is by name.</summary>
    public IReadOnlyList<FunctionEntry> All { get; }

    public IEnumerable<FunctionEntry> Http => All.Where(function => function.Http is not null);

    public IEnumerable<FunctionEntry> Timers => All.Where(function => function.Timer is not null);

    public FunctionEntry? Find(string name) =>
        All.FirstOrDefault(function => string.Equals(function.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads and checks the functions that the worker listed.</summary>
    /// <exception cref="LocalStartException">A function is invalid; the message lists every problem.</exception>
    public static FunctionCatalog Read(
        IEnumerable<RpcFunctionMetadata> functions, string routePrefix, IReadOnlyDictionary<string, string> settings)
    {
        FunctionEntry[] all =
        [
            .. functions.Select(metadata => Read(metadata, routePrefix, settings))
                .OrderBy(function => function.Name, StringComparer.OrdinalIgnoreCase),
        ];
        string[] problems = [.. all.SelectMany(function => ProblemsOf(function, routePrefix.Trim('/'))), .. Duplicates(all)];
        return problems.Length == 0 ? new FunctionCatalog(all) : throw new LocalStartException(string.Join(Environment.NewLine, problems));
    }

    private static FunctionEntry Read(RpcFunctionMetadata metadata, string routePrefix, IReadOnlyDictionary<string, string> settings)
    {
        var bindings = new List<FunctionBinding>();
        HttpTrigger? http = null;
        TimerTrigger? timer = null;
        var triggerType = "";
        foreach (var text in metadata.RawBindings)
        {
            using var document = JsonDocument.Parse(text);
            var binding = document.RootElement;
            var type = Text(binding, "type") ?? "";
            bindings.Add(new(Text(binding, "name") ?? "", type, Direction(Text(binding, "direction"))));
            if (!type.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            triggerType = type;
            if (type.Equals("httpTrigger", StringComparison.OrdinalIgnoreCase))
            {
                var route = (Text(binding, "route") ?? metadata.Name).Trim('/');
                http = new($"{routePrefix.Trim('/')}/{route}".Trim('/'), Methods(binding));
            }
            else if (type.Equals("timerTrigger", StringComparison.OrdinalIgnoreCase))
            {
                timer = new(Text(binding, "schedule") ?? "", Switch(binding, "useMonitor") ?? true, Switch(binding, "runOnStartup") ?? false);
            }
        }

        return new(metadata, bindings, triggerType, http, timer, IsDisabled(metadata.Name, settings));
    }

    private static bool IsDisabled(string function, IReadOnlyDictionary<string, string> settings)
    {
        var value = settings.GetValueOrDefault($"AzureWebJobs.{function}.Disabled")
            ?? settings.GetValueOrDefault($"AzureWebJobs__{function}__Disabled");
        return value is "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
    }

    private static IEnumerable<string> ProblemsOf(FunctionEntry function, string routePrefix)
    {
        if (!FunctionName().IsMatch(function.Name) || function.Name.Equals("host", StringComparison.OrdinalIgnoreCase))
        {
            yield return $"\"{function.Name}\" is not a function name: a letter, then letters, digits, _ or -, "
                + "at most 128 characters, and not \"host\".";
        }

        if (function.TriggerType.Length == 0)
        {
            yield return $"{function.Name} has no trigger.";
        }

        if (function.Http is { } http && RouteProblem(http.Template, routePrefix) is { } problem)
        {
            yield return $"{function.Name}: {problem}";
        }
    }

    private static string? RouteProblem(string template, string routePrefix)
    {
        // The official host checks the route without its prefix. With the prefix, it could hide this host's own routes.
        foreach (var route in new[] { template, template[routePrefix.Length..].TrimStart('/') })
        {
            if (Reserved.FirstOrDefault(word => route.StartsWith(word, StringComparison.OrdinalIgnoreCase)) is { } reserved)
            {
                return $"the route \"{route}\" starts with \"{reserved}\", which is reserved.";
            }
        }

        try
        {
            // Otherwise an unknown constraint would make every request fail.
            var policies = RoutePatternFactory.Parse(template).ParameterPolicies.Values.SelectMany(policies => policies);
            return policies.FirstOrDefault(policy => policy.Content is { } text && Constraints.ResolveConstraint(text) is null) is { } unknown
                ? $"the route \"{template}\" is invalid: there is no constraint \"{unknown.Content}\"."
                : null;
        }
        catch (Exception problem) when (problem is RoutePatternException or RouteCreationException)
        {
            return $"the route \"{template}\" is invalid: {problem.Message}";
        }
    }

    private static DefaultInlineConstraintResolver KnownConstraints()
    {
        var routing = new RouteOptions();
        routing.SetParameterPolicy<RegexInlineRouteConstraint>("regex");
        return new(Options.Create(routing), new ServiceCollection().BuildServiceProvider());
    }

    private static IEnumerable<string> Duplicates(IReadOnlyList<FunctionEntry> functions)
    {
        foreach (var same in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1))
        {
            yield return $"{same.Count()} functions are named {same.Key}: {string.Join(", ", same.Select(function => function.Metadata.EntryPoint))}.";
        }

        var web = functions.Where(function => function.Http is not null).ToList();
        var doubles = from second in Enumerable.Range(0, web.Count)
                      from first in Enumerable.Range(0, second)
                      where web[first].Http!.Template.Equals(web[second].Http!.Template, StringComparison.OrdinalIgnoreCase)
                      let methods = RouteOverlap.SharedMethods(web[first].Http!, web[second].Http!)
                      where methods is not null
                      select $"{web[first].Name} and {web[second].Name} both handle {methods} of \"{web[first].Http!.Template}\".";
        foreach (var sentence in doubles)
        {
            yield return sentence;
        }
    }

    private static string? Text(JsonElement binding, string name) =>
        binding.EnumerateObject().FirstOrDefault(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is
        { Value: { ValueKind: JsonValueKind.String } text }
            ? text.GetString()
            : null;

    private static bool? Switch(JsonElement binding, string name) =>
        binding.EnumerateObject().FirstOrDefault(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is
        { Value: { ValueKind: JsonValueKind.True or JsonValueKind.False } flag }
            ? flag.GetBoolean()
            : null;

    private static IReadOnlyList<string> Methods(JsonElement binding) =>
        binding.TryGetProperty("methods", out var methods) && methods.ValueKind == JsonValueKind.Array
            ? [.. methods.EnumerateArray().Select(method => method.GetString()!.ToUpperInvariant()).Distinct()]
            : [];

    private static BindingInfo.Types.Direction Direction(string? text) => text?.ToUpperInvariant() switch
    {
        "OUT" => BindingInfo.Types.Direction.Out,
        "INOUT" => BindingInfo.Types.Direction.Inout,
        _ => BindingInfo.Types.Direction.In,
    };

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$")]
    private static partial Regex FunctionName();
}

/// <summary>
/// Finds functions whose routes match the same request. The official host then chooses by function name, not by the more
/// specific template, so an overlap deserves a warning.
/// </summary>
internal static class RouteOverlap
{
    // A text never satisfies constraints of two different rows.
    private static readonly string[][] Disjoint = [["int", "long"], ["guid"], ["bool"]];

    private static readonly Dictionary<string, IRouteConstraint> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["int"] = new IntRouteConstraint(),
        ["long"] = new LongRouteConstraint(),
        ["guid"] = new GuidRouteConstraint(),
        ["bool"] = new BoolRouteConstraint(),
        ["alpha"] = new AlphaRouteConstraint(),
        ["decimal"] = new DecimalRouteConstraint(),
        ["double"] = new DoubleRouteConstraint(),
        ["datetime"] = new DateTimeRouteConstraint(),
    };

    /// <summary>A sentence for each pair of functions.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<FunctionEntry> functions)
    {
        var routes = functions.Where(function => function.Http is not null)
            .Select(function => (Function: function, Pattern: RoutePatternFactory.Parse(function.Http!.Template)))
            .ToList();
        return from first in Enumerable.Range(0, routes.Count)
               from second in Enumerable.Range(first + 1, routes.Count - first - 1)
               let methods = SharedMethods(routes[first].Function.Http!, routes[second].Function.Http!)
               where methods is not null && CanOverlap(routes[first].Pattern, routes[second].Pattern)
               select $"{routes[first].Function.Name} and {routes[second].Function.Name} both handle {methods} of "
                   + $"\"{routes[first].Pattern.RawText}\" and \"{routes[second].Pattern.RawText}\"; the first by name is used.";
    }

    /// <summary>Whether some path matches both patterns.</summary>
    public static bool CanOverlap(RoutePattern first, RoutePattern second) =>
        CanOverlap(first.PathSegments, 0, second.PathSegments, 0);

    /// <summary>The methods that both accept, as text; null when there is none.</summary>
    public static string? SharedMethods(HttpTrigger first, HttpTrigger second)
    {
        if (first.Methods.Count == 0 || second.Methods.Count == 0)
        {
            string[] named = [.. first.Methods, .. second.Methods];
            return named.Length == 0 ? "every method" : string.Join(", ", named);
        }

        string[] shared = [.. first.Methods.Intersect(second.Methods)];
        return shared.Length == 0 ? null : string.Join(", ", shared);
    }

    private static bool CanOverlap(
        IReadOnlyList<RoutePatternPathSegment> first, int i, IReadOnlyList<RoutePatternPathSegment> second, int j)
    {
        if (i == first.Count || j == second.Count)
        {
            return RestIsOptional(first, i) && RestIsOptional(second, j);
        }

        if (IsCatchAll(first[i]) || IsCatchAll(second[j]))
        {
            return true;
        }

        return (SegmentsOverlap(first[i], second[j]) && CanOverlap(first, i + 1, second, j + 1))
            || (RestIsOptional(first, i) && RestIsOptional(second, j));
    }

    private static bool RestIsOptional(IReadOnlyList<RoutePatternPathSegment> segments, int from) =>
        segments.Skip(from).All(segment => segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart part
            && (part.IsOptional || part.IsCatchAll || part.Default is not null));

    private static bool IsCatchAll(RoutePatternPathSegment segment) =>
        segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart { IsCatchAll: true };

    /// <summary>Whether some text matches both segments; true when unsure.</summary>
    private static bool SegmentsOverlap(RoutePatternPathSegment first, RoutePatternPathSegment second) =>
        (Literal(first), Literal(second)) switch
        {
            ({ } mine, { } other) => string.Equals(mine, other, StringComparison.OrdinalIgnoreCase),
            ({ } mine, null) => Fits(mine, second),
            (null, { } other) => Fits(other, first),
            _ => !AreDisjoint(Constraints(first), Constraints(second)),
        };

    private static string? Literal(RoutePatternPathSegment segment) =>
        segment.IsSimple && segment.Parts[0] is RoutePatternLiteralPart literal ? literal.Content : null;

    private static bool Fits(string text, RoutePatternPathSegment segment)
    {
        if (!segment.IsSimple)
        {
            var shape = string.Concat(segment.Parts.Select(part => part switch
            {
                RoutePatternLiteralPart literal => Regex.Escape(literal.Content),
                RoutePatternSeparatorPart separator => Regex.Escape(separator.Content),
                _ => ".+",
            }));
            return Regex.IsMatch(text, $"^{shape}$", RegexOptions.IgnoreCase);
        }

        var values = new RouteValueDictionary { ["text"] = text };
        return Constraints(segment).All(name =>
            !Known.TryGetValue(name, out var constraint)
            || constraint.Match(null, null, "text", values, RouteDirection.IncomingRequest));
    }

    private static bool AreDisjoint(string[] first, string[] second) =>
        Disjoint.Any(row => first.Any(row.Contains)
            && Disjoint.Any(other => other != row && second.Any(other.Contains)));

    private static string[] Constraints(RoutePatternPathSegment segment) =>
        segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart part
            ? [.. part.ParameterPolicies.Select(policy => policy.Content).OfType<string>()]
            : [];
}
