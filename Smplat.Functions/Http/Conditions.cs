using Microsoft.AspNetCore.Http;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>Conditional writes: the version that a caller has read, in <c>If-Match</c>, and who the caller is.</summary>
public static class Conditions
{
    /// <summary>Describes the header in the API document.</summary>
    public const string IfMatch =
        "The ETag that the change is based on, or * for whatever is there; a write without it is answered with 428";

    /// <summary>Describes the header in the API document.</summary>
    public const string Actor = "Who makes the change, for the history; defaults to the name of the key";

    /// <returns>Null when the header is missing.</returns>
    /// <exception cref="InvalidInputException">The header is neither * nor a list of entity tags.</exception>
    public static ExpectedVersion? ExpectedVersion(this HttpRequest request) => request.Headers.IfMatch.ToString() switch
    {
        "" => null,
        var header => Core.Platform.Input.ExpectedVersion.Parse(header) ?? throw new InvalidInputException(
            [new(["header", "If-Match"], "Must be the ETag of an earlier answer, in its double quotes, or *.", "etag_parsing")]),
    };

    /// <exception cref="InvalidInputException">The name of the actor is too long.</exception>
    public static Editor Editor(this HttpRequest request) => request.Headers["X-Actor"].ToString() switch
    {
        { Length: > Core.Merchandising.Editor.MaxLength } => throw new InvalidInputException(
            [new(["header", "X-Actor"], $"At most {Core.Merchandising.Editor.MaxLength} characters are allowed.", "string_too_long")]),
        var name => new(
            string.IsNullOrWhiteSpace(name) ? request.HttpContext.Caller().Key?.Name ?? "local" : name.Trim(), ErrorBody.TraceId()),
    };

    /// <summary>An answer with the version of what it shows.</summary>
    public static IResult WithVersion(this IResult answer, long version)
    {
        ((BytesAnswer)answer).Headers["ETag"] = Core.Platform.Input.ExpectedVersion.TagOf(version);
        return answer;
    }
}

/// <summary>A write without <c>If-Match</c>.</summary>
public sealed record IfMatchMissing() : ConditionMissing(
    "http.if_match_missing", "Send the ETag of the version that you have read in If-Match, so that no change of somebody else is lost.");
