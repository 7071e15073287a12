using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Smplat.LocalHost.Discovery;

/// <summary>Compares one path segment of two templates.</summary>
internal static class RouteSegment
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

    /// <summary>Whether some text fits both segments; in doubt it does.</summary>
    public static bool CanMeet(RoutePatternPathSegment first, RoutePatternPathSegment second) =>
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
