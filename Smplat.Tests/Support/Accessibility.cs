using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Smplat.Tests.Support;

/// <summary>The rules of WCAG 2.2 AA that axe can judge.</summary>
internal static class Accessibility
{
    private static readonly List<string> Rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    /// <returns>Every violation with the elements that it is about.</returns>
    /// <param name="without">Selectors of what is not ours to change, each with its reason at the call.</param>
    public static async Task<IReadOnlyList<string>> ViolationsAsync(IPage page, params string[] without)
    {
        var context = without.Length == 0
            ? null
            : new AxeRunContext { Exclude = [.. without.Select(selector => new AxeSelector(selector))] };
        var options = new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "tag", Values = Rules } };
        var result = context is null ? await page.RunAxe(options) : await page.RunAxe(context, options);
        return
        [
            .. from violation in result.Violations
               from node in violation.Nodes
               select $"{page.Url} {violation.Id}: {violation.Help}: {node.Html}",
        ];
    }
}
