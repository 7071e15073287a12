namespace Smplat.Core.Platform.Input;

/// <summary>An expected "no": a permanent code for programs and a sentence for people.</summary>
/// <param name="Code">Stable, <c>feature.reason</c>.</param>
/// <param name="Message">What is wrong and, where it helps, how to mend it.</param>
public abstract record Refusal(string Code, string Message);

/// <summary>The request makes no sense as it stands (400).</summary>
public abstract record Invalid(string Code, string Message) : Refusal(Code, Message);

/// <summary>What the request names does not exist (404).</summary>
public abstract record NotFound(string Code, string Message) : Refusal(Code, Message);

/// <summary>The request does not fit the present state (409).</summary>
public abstract record Conflict(string Code, string Message) : Refusal(Code, Message);

/// <summary>The caller must slow down (429).</summary>
/// <param name="RetryAfter">When it is worth trying again.</param>
public abstract record TooMany(string Code, string Message, TimeSpan RetryAfter) : Refusal(Code, Message);

/// <summary>Something that the answer needs is away or not configured (503).</summary>
public abstract record Unavailable(string Code, string Message) : Refusal(Code, Message);
