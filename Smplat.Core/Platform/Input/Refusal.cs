namespace Smplat.Core.Platform.Input;

/// <summary>An expected refusal: a permanent code for programs and a sentence for people.</summary>
/// <param name="Code">Stable, <c>feature.reason</c>.</param>
/// <param name="Message">What is wrong and, where it helps, how to fix it.</param>
public abstract record Refusal(string Code, string Message);

/// <summary>The request is invalid (400).</summary>
public abstract record Invalid(string Code, string Message) : Refusal(Code, Message);

/// <summary>Something that the request refers to does not exist (404).</summary>
public abstract record NotFound(string Code, string Message) : Refusal(Code, Message);

/// <summary>The request conflicts with the current state (409).</summary>
public abstract record Conflict(string Code, string Message) : Refusal(Code, Message);

/// <summary>The request does not say which version it is based on (428).</summary>
public abstract record ConditionMissing(string Code, string Message) : Refusal(Code, Message);

/// <summary>The caller must slow down (429).</summary>
/// <param name="RetryAfter">When it is worth trying again.</param>
public abstract record TooMany(string Code, string Message, TimeSpan RetryAfter) : Refusal(Code, Message);

/// <summary>Something that the request needs is unavailable or not configured (503).</summary>
public abstract record Unavailable(string Code, string Message) : Refusal(Code, Message);

/// <summary>What is wrong with one member of a request.</summary>
/// <param name="Location">Path to the member: <c>body</c> or <c>query</c>, then names and indexes.</param>
/// <param name="Message">What is wrong, in a sentence.</param>
/// <param name="Type">A code for programs, such as <c>missing</c> or <c>string_too_long</c>.</param>
public sealed record FieldError(IReadOnlyList<object> Location, string Message, string Type);

/// <summary>
/// A request with invalid members. Only readers at the edge throw it, so no operation ever sees such a request; the HTTP layer
/// answers 422 and lists every error.
/// </summary>
public sealed class InvalidInputException(IReadOnlyList<FieldError> errors)
    : Exception(string.Join(" ", errors.Select(error => error.Message)))
{
    public IReadOnlyList<FieldError> Errors { get; } = errors;
}
