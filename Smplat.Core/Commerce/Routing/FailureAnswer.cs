namespace Smplat.Core.Commerce.Routing;

/// <summary>The envelope of everything that went wrong.</summary>
public sealed record FailureAnswer(bool Success, FailureError Error, string RequestId, DateTimeOffset Timestamp);

/// <param name="RetryAfter">Seconds after which the call is worth repeating.</param>
/// <param name="MaxSize">Bytes that a body may have, when it had more.</param>
public sealed record FailureError(
    string Code, string Message, FailureDetails? Details = null, int? RetryAfter = null, int? MaxSize = null);

/// <summary>Which providers were asked and what each of them said, and why the others were not asked.</summary>
public sealed record FailureDetails(
    IReadOnlyList<string> AttemptedProviders,
    IReadOnlyDictionary<string, string> Errors,
    IReadOnlyDictionary<string, string>? Skipped = null);
