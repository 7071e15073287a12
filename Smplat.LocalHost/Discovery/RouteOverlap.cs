using Microsoft.AspNetCore.Routing.Patterns;

namespace Smplat.LocalHost.Discovery;

/// <summary>
/// Finds functions that could both be meant by one request. The official host then picks by function name, not by the
/// more precise template, so an overlap is refused here before it surprises there.
/// </summary>
internal static class RouteOverlap
{
    public static IEnumerable<string> Problems(IReadOnlyList<FunctionMethod> functions, string prefix)
    {
        var routes = functions.Where(function => function.Http is not null)
            .Select(function => (Function: function, Template: FunctionRules.Template(function, prefix)))
            .Select(route => (route.Function, Pattern: RoutePatternFactory.Parse(route.Template)))
            .ToList();
        return from first in Enumerable.Range(0, routes.Count)
               from second in Enumerable.Range(first + 1, routes.Count - first - 1)
               let methods = SharedMethods(routes[first].Function, routes[second].Function)
               where methods is not null && CanMeet(routes[first].Pattern, routes[second].Pattern)
               select $"{routes[first].Function.Name} and {routes[second].Function.Name} both answer {methods} "
                   + $"\"{routes[first].Pattern.RawText}\" and \"{routes[second].Pattern.RawText}\".";
    }

    /// <summary>Whether some path matches both patterns.</summary>
    public static bool CanMeet(RoutePattern first, RoutePattern second) =>
        CanMeet(first.PathSegments, 0, second.PathSegments, 0);

    private static string? SharedMethods(FunctionMethod first, FunctionMethod second)
    {
        var (mine, others) = (first.Http!.Methods, second.Http!.Methods);
        if (mine is null or { Length: 0 })
        {
            return others is null or { Length: 0 } ? "every method of" : string.Join(", ", others).ToUpperInvariant();
        }

        var shared = others is null or { Length: 0 }
            ? mine
            : [.. mine.Intersect(others, StringComparer.OrdinalIgnoreCase)];
        return shared.Length == 0 ? null : string.Join(", ", shared).ToUpperInvariant();
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

        return (RouteSegment.CanMeet(first[i], second[j]) && CanMeet(first, i + 1, second, j + 1))
            || (RestIsOptional(first, i) && RestIsOptional(second, j));
    }

    private static bool RestIsOptional(IReadOnlyList<RoutePatternPathSegment> segments, int from) =>
        segments.Skip(from).All(segment => segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart part
            && (part.IsOptional || part.IsCatchAll || part.Default is not null));

    private static bool IsCatchAll(RoutePatternPathSegment segment) =>
        segment.IsSimple && segment.Parts[0] is RoutePatternParameterPart { IsCatchAll: true };
}
