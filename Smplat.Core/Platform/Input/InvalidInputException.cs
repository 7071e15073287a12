namespace Smplat.Core.Platform.Input;

/// <summary>
/// A request whose members are wrong. Thrown by readers at the edge only, so that no operation ever sees such a
/// request; the HTTP layer answers 422 and lists every error.
/// </summary>
public sealed class InvalidInputException(IReadOnlyList<FieldError> errors)
    : Exception(string.Join(" ", errors.Select(error => error.Message)))
{
    public IReadOnlyList<FieldError> Errors { get; } = errors;
}
