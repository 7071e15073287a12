using System.Reflection;
using Smplat.Functions.Http;

namespace Smplat.Functions.Trust.Preview;

/// <summary>The frame of the preview pages.</summary>
internal static class PreviewLayout
{
    private static readonly string Style = ReadStyle();

    internal static string Page(string nonce, string title, Markup body)
    {
        // The style is a file of this assembly; nothing that a user wrote comes near it.
        var head = $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex">
            <meta name="color-scheme" content="light dark">
            <style nonce="{nonce}">{Style}</style>
            """;
        return head + Html($"<title>{title}</title></head><body>{body}</body></html>");
    }

    internal static string NotFound(string nonce) => Page(nonce, "Not found", Markup.Of(
        $"""
        <main class="lost">
        <h1>Not found</h1>
        <p>There is no page at this address.</p>
        </main>
        """));

    private static string Html(ref MarkupBuilder builder) => Markup.Of(ref builder).ToString();

    private static string ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("trust-preview.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
