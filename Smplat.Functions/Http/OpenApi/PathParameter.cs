using System.Text.RegularExpressions;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>A parameter of a route template.</summary>
public sealed partial record PathParameter(string Name)
{
    /// <summary>Whether it is a UUID. All ids are, but for jobs and experiences, which have names.</summary>
    public bool IsUuid => Name.EndsWith("Id", StringComparison.Ordinal) && Name != "jobId";

    public static IReadOnlyList<PathParameter> In(string template) =>
        [.. Parameter().Matches(template).Select(match => new PathParameter(match.Groups["name"].Value))];

    /// <summary>The template with constraints taken out.</summary>
    public static string Plain(string template) => Parameter().Replace(template, "{${name}}");

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)\??(:(?<constraint>[^}]+))?\??\}")]
    private static partial Regex Parameter();
}
