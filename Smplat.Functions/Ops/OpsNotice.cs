using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Ops;

/// <summary>What is told about an action.</summary>
/// <param name="Status">200 when it was done; the page is then shown again with the notice on top.</param>
/// <param name="Tone"><c>good</c>, <c>warn</c> or <c>bad</c>.</param>
public sealed record OpsNotice(int Status, string Tone, string Text)
{
    public bool IsDone => Status == StatusCodes.Status200OK;

    public static OpsNotice Good(string text) => new(StatusCodes.Status200OK, "good", text);

    /// <summary>Done, but with a result that somebody should look at.</summary>
    public static OpsNotice Warn(string text) => new(StatusCodes.Status200OK, "warn", text);

    public static OpsNotice Refused(int status, string text) => new(status, "bad", text);

    public static OpsNotice From(Refusal refusal) => Refused(
        refusal switch
        {
            NotFound => StatusCodes.Status404NotFound,
            Conflict => StatusCodes.Status409Conflict,
            Unavailable => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status400BadRequest,
        },
        refusal.Message);
}
