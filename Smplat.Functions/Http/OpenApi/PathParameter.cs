using System.Text.RegularExpressions;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>A parameter of a route template.</summary>
/// <param name="Constraint">The route constraint, such as <c>guid</c>; null for any text.</param>
public sealed partial record PathParameter(string Name, string? Constraint)
{
    public static IReadOnlyList<PathParameter> In(string template) =>
    [
        .. Parameter().Matches(template).Select(match => new PathParameter(
            match.Groups["name"].Value,
            match.Groups["constraint"].Success ? match.Groups["constraint"].Value : null)),
    ];

    /// <summary>The template with constraints taken out.</summary>
    public static string Plain(string template) => Parameter().Replace(template, "{${name}}");

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)\??(:(?<constraint>[^}]+))?\??\}")]
    private static partial Regex Parameter();
}
