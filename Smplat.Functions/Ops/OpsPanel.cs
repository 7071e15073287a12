using Smplat.Core.Platform.Database;
using Smplat.Functions.Http;

namespace Smplat.Functions.Ops;

/// <summary>A part of a page that is read by itself: when it cannot be read it says so, and the others stand.</summary>
/// <param name="Problem">What is no outage but a defect, or a table that is gone: the log tells more.</param>
public sealed record OpsPanel(Markup Html, bool IsAway, Exception? Problem = null)
{
    /// <param name="read">The content; a failure in it is shown as one, never as nothing or as zero.</param>
    /// <param name="isWide">Over the whole width.</param>
    public static async Task<OpsPanel> ReadAsync(
        string title, Func<CancellationToken, Task<Markup>> read, CancellationToken cancellationToken, bool isWide = false)
    {
        try
        {
            return new(Frame(title, await read(cancellationToken), isWide), false);
        }
        catch (Exception exception) when (DatabaseErrors.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
        {
            return new(Frame(title, Away, isWide), true);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            return new(Frame(title, Failed, isWide), true, exception);
        }
    }

    /// <summary>A panel whose content needs nothing from outside.</summary>
    public static Task<OpsPanel> Of(string title, Markup content, bool isWide = false) =>
        Task.FromResult(new OpsPanel(Frame(title, content, isWide), false));

    private static Markup Away { get; } = Markup.Of(
        $"""
        <p class="away" role="status"><strong>Not known now.</strong> The database does not answer or is too slow, so nothing can be
        said here. Load the page again to ask again.</p>
        """);

    private static Markup Failed { get; } = Markup.Of(
        $"""
        <p class="away" role="status"><strong>Not known now.</strong> Reading this failed; event 1504 in the log says why. The rest of the
        page stands.</p>
        """);

    private static Markup Frame(string title, Markup content, bool isWide)
    {
        var id = Slug(title);
        return Markup.Of(
            $"""
            <section class="panel{(isWide ? " wide" : "")}" aria-labelledby="{id}">
            <h2 id="{id}">{title}</h2>
            {content}
            </section>
            """);
    }

    private static string Slug(string title) =>
        "p-" + string.Concat(title.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-'));
}
