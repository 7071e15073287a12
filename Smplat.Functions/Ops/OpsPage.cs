using Microsoft.AspNetCore.Http;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>The content of a page, without its frame.</summary>
public sealed record OpsPage(string Title, OpsSection Section, Markup Body, int Status = StatusCodes.Status200OK)
{
    /// <summary>What kept panels from being read, apart from outages.</summary>
    public IReadOnlyList<Exception> Problems { get; init; } = [];

    /// <summary>Panels one below the other, or side by side where there is room. Any that could not be read makes the answer a 503.</summary>
    public static async Task<OpsPage> OfAsync(string title, OpsSection section, Markup lead, params Task<OpsPanel>[] panels)
    {
        var read = await Task.WhenAll(panels);
        return new(
            title,
            section,
            Markup.Of($"""{lead}<div class="panels">{read.Select(panel => panel.Html)}</div>"""),
            Array.Exists(read, panel => panel.IsAway) ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK)
        {
            Problems = [.. read.Select(panel => panel.Problem).OfType<Exception>()],
        };
    }

    public static OpsPage NotFound(OpsSection section, string text) => new(
        "Not found",
        section,
        Markup.Of($"""<p class="none">{text} <a href="{section.Path}">Back to {section.Name.ToLowerInvariant()}</a></p>"""),
        StatusCodes.Status404NotFound);
}
