using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Smplat.LocalHost.Hosting;

/// <summary>
/// Finds functions that could both be meant by one request. The official host then picks by function name, not by the
/// more precise template, so an overlap is worth a warning before it surprises.
/// </summary>
internal static class RouteOverlap
{
    // Constraints of one row never hold for the same text as those of another row.
    private static readonly string[][] Apart = [["int", "long"], ["guid"], ["bool"]];

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

    /// <summary>A sentence for each pair.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<FunctionEntry> functions)
    {
        var routes = functions.Where(function => function.Http is not null)
            .Select(function => (Function: function, Pattern: RoutePatternFactory.Parse(function.Http!.Template)))
            .ToList();
        return from first in Enumerable.Range(0, routes.Count)
               from second in Enumerable.Range(first + 1, routes.Count - first - 1)
               let methods = SharedMethods(routes[first].Function.Http!, routes[second].Function.Http!)
               where methods is not null && CanMeet(routes[first].Pattern, routes[second].Pattern)
               select $"{routes[first].Function.Name} and {routes[second].Function.Name} both answer {methods} of "
                   + $"\"{routes[first].Pattern.RawText}\" and \"{routes[second].Pattern.RawText}\"; the first one by name is taken.";
    }

    /// <summary>Whether some path matches both patterns.</summary>
    public static bool CanMeet(RoutePattern first, RoutePattern second) =>
        CanMeet(first.PathSegments, 0, second.PathSegments, 0);

    /// <summary>The methods that both answer, in words; null when there is none.</summary>
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

    private static bool CanMeet(
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

        return (SegmentsMeet(first[i], second[j]) && CanMeet(first, i + 1, second, j + 1))
            || (RestIsOptional(first, i) && RestIsOptional(second, j));
    }

    private static bool RestIsOptional(IReadOnlyList<RoutePatternPathSegment> segments, int from) =>
        segments.Skip(from).All(segment => segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart part
            && (part.IsOptional || part.IsCatchAll || part.Default is not null));

    private static bool IsCatchAll(RoutePatternPathSegment segment) =>
        segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart { IsCatchAll: true };

    /// <summary>Whether some text fits both segments; in doubt it does.</summary>
    private static bool SegmentsMeet(RoutePatternPathSegment first, RoutePatternPathSegment second) =>
        (Literal(first), Literal(second)) switch
        {
            ({ } mine, { } other) => string.Equals(mine, other, StringComparison.OrdinalIgnoreCase),
            ({ } mine, null) => Fits(mine, second),
            (null, { } other) => Fits(other, first),
            _ => !AreApart(Constraints(first), Constraints(second)),
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

    private static bool AreApart(string[] first, string[] second) =>
        Apart.Any(row => first.Any(row.Contains)
            && Apart.Any(other => other != row && second.Any(other.Contains)));

    private static string[] Constraints(RoutePatternPathSegment segment) =>
        segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart part
            ? [.. part.ParameterPolicies.Select(policy => policy.Content).OfType<string>()]
            : [];
}
