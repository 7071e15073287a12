using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Smplat.Core.Trust;
using Smplat.Functions.Http;

namespace Smplat.Functions.Trust.Preview;

/// <summary>Gathers what the preview page shows: the draft of a slug and what the checkout shows now.</summary>
public sealed class TrustPreview(TrustExperiences experiences)
{
    public async Task<IResult> ShowAsync(string id, string? place, CancellationToken cancellationToken)
    {
        var draft = await experiences.FindAsync(id, new(place, IsDraft: true), cancellationToken);
        var live = await experiences.FindAsync(FallbackDocument.Slug, new(place, IsDraft: false), cancellationToken);
        var slugs = await experiences.ListAsync(place, cancellationToken);
        return Page(nonce => new PreviewPage(id, draft, live!, slugs).Render(nonce), StatusCodes.Status200OK);
    }

    public static IResult NotFound() => Page(PreviewLayout.NotFound, StatusCodes.Status404NotFound);

    /// <summary>Nothing is loaded or run but the page's own style; it is kept by nobody and framed nowhere.</summary>
    private static IResult Page(Func<string, string> render, int status)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var policy = $"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        var answer = (BytesAnswer)Answer.Html(render(nonce), policy, status);
        answer.Headers["Referrer-Policy"] = "no-referrer";
        answer.Headers["X-Robots-Tag"] = "noindex";
        return answer;
    }
}
