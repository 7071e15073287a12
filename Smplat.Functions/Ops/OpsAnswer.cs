using Microsoft.AspNetCore.Http;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>Answers of the page: HTML under its own strict policy, and redirects.</summary>
internal static class OpsAnswer
{
    /// <summary>Nothing inline, nothing from elsewhere, framed nowhere, posting to itself only.</summary>
    internal const string Policy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    internal static IResult Page(string html, int status)
    {
        var answer = (BytesAnswer)Answer.Html(html, Policy, status);
        answer.Headers["Referrer-Policy"] = "same-origin";
        answer.Headers["X-Robots-Tag"] = "noindex";
        answer.Headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            answer.Headers["Retry-After"] = "5";
        }

        return answer;
    }

    internal static IResult Plain(string title, int status, Markup body) => Page(OpsShell.RenderPlain(title, body), status);

    /// <summary>A file whose address changes with its content, so that browsers may keep it for good.</summary>
    internal static IResult Asset(OpsAsset asset, HttpRequest request)
    {
        var isKnown = request.Headers.IfNoneMatch.ToString().Split(',').Any(tag => tag.Trim() == asset.ETag);
        var answer = isKnown
            ? (BytesAnswer)Answer.Empty(StatusCodes.Status304NotModified)
            : new BytesAnswer(asset.Bytes, asset.ContentType, StatusCodes.Status200OK);
        answer.Headers["ETag"] = asset.ETag;
        answer.Headers["Cache-Control"] = request.Query["v"] == asset.Hash ? "public, max-age=31536000, immutable" : "no-cache";
        answer.Headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'";
        return answer;
    }

    /// <summary>Asks the browser to fetch another page, whatever method it used for this one.</summary>
    internal static IResult Redirect(string path)
    {
        var answer = (BytesAnswer)Answer.Empty(StatusCodes.Status303SeeOther);
        answer.Headers["Location"] = path;
        answer.Headers["Cache-Control"] = "no-store";
        return answer;
    }
}
