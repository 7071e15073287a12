namespace Smplat.Core.Platform.Input;

/// <summary>What is wrong with one member of a request.</summary>
/// <param name="Location">Path to the member: <c>body</c> or <c>query</c>, then names and indexes.</param>
/// <param name="Message">What is wrong, in a sentence.</param>
/// <param name="Type">A word for programs, such as <c>missing</c> or <c>string_too_long</c>.</param>
public sealed record FieldError(IReadOnlyList<object> Location, string Message, string Type);
