using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Scalar.AspNetCore;
using Smplat.Core.Platform.Observability;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>
/// The API reference page: Scalar over the document, with search, samples and calls to this app. Everything is served
/// from here; the script is the one in the Scalar package.
/// </summary>
internal static class ApiReference
{
    internal const string Folder = "/api/docs";

    private const string Script = "text/javascript; charset=utf-8";
    private const string ScalarResource = "ScalarStaticAssets.scalar.js";

    private const string Setup =
        """
        // Runs before Scalar, whose validator would otherwise try to compile code, which the policy blocks and reports.
        globalThis.__zod_globalConfig = { jitless: true };

        // Scalar sets the nonce only on its own style sheet; its theme and its messages add more.
        const nonce = document.querySelector('meta[property=csp-nonce]').content;
        const create = document.createElement;
        document.createElement = function (name, options) {
          const element = create.call(this, name, options);
          if (name === 'style') element.nonce = nonce;
          return element;
        };

        // Off: the proxy, fonts, telemetry, assistant and client of scalar.com. The page talks only to this app.
        document.addEventListener('DOMContentLoaded', () => Scalar.createApiReference('#reference', {
          url: '/api/openapi.json',
          proxyUrl: '',
          telemetry: false,
          withDefaultFonts: false,
          agent: { disabled: true },
          mcp: { disabled: true },
          hideClientButton: true,
          showDeveloperTools: 'never',
          documentDownloadType: 'direct',
          defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
          // Scalar's greys and method colours are paler than WCAG's 4.5:1 on its own backgrounds.
          customCss: `
            .light-mode { --scalar-color-2: #555; --scalar-color-3: #636363; --scalar-color-green: #05683f; --scalar-color-blue: #005f9e;
              --scalar-color-orange: #9c3d00; --scalar-color-red: #b00020; --scalar-color-yellow: #7a5200; --scalar-color-purple: #5203d1; }
            .dark-mode { --scalar-color-2: #b8b8b8; --scalar-color-3: #a6a6a6; }
          `,
        }));
        """;

    private static readonly StaticFile[] Files =
    [
        StaticFile.Compress(Folder, "setup.js", Script, Encoding.UTF8.GetBytes(Setup)),
        StaticFile.Compressed(Folder, "scalar.js", Script, ReadScalar()),
    ];

    public static StaticFile? Find(string name) => Array.Find(Files, file => file.Name == name);

    public static IResult Page()
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        var page = Markup.Of(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta property="csp-nonce" content="{nonce}">
            <title>Smplat API {SmplatTelemetry.Version}</title>
            <link rel="icon" href="data:,">
            </head>
            <body>
            <div id="reference"></div>
            <noscript><main><h1>Smplat API</h1><p>This page needs JavaScript. The same content is in the <a href="/api/openapi.json">OpenAPI document</a>.</p></main></noscript>
            <script src="{Files[0].Href}"></script>
            <script src="{Files[1].Href}"></script>
            </body>
            </html>
            """);
        return Answer.Html(page.ToString(), Policy(nonce));
    }

    /// <summary>
    /// Scripts only from this app, none inline and none from strings. Style sheets that Scalar adds carry the nonce; style
    /// attributes cannot, and are the only inline exception.
    /// </summary>
    private static string Policy(string nonce) =>
        $"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static byte[] ReadScalar()
    {
        var package = typeof(ScalarOptions).Assembly;
        using var stream = package.GetManifestResourceStream(ScalarResource)
            ?? throw new InvalidOperationException($"{package.GetName()} has no {ScalarResource}.");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }
}
