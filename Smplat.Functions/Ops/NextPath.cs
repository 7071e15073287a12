using System.Text.RegularExpressions;

namespace Smplat.Functions.Ops;

/// <summary>Where to go on after the login: a page of this app and nothing else.</summary>
internal static partial class NextPath
{
    internal static string Read(string? text) => text is not null && Inside().IsMatch(text) ? text : OpsSection.Overview.Path;

    internal static string LoginFor(string path) => path == OpsSection.Overview.Path || !Inside().IsMatch(path)
        ? "/ops/login"
        : $"/ops/login?next={Uri.EscapeDataString(path)}";

    [GeneratedRegex(@"\A/ops(?!/log(in|out)\b)(/[a-z0-9][a-z0-9-]*){0,3}(\?[a-z]+=[A-Za-z0-9_-]+)?\z")]
    private static partial Regex Inside();
}
