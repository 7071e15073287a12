using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http;

/// <summary>Typed values out of a route; what is malformed is the caller's error (422), not a route that does not exist.</summary>
public static class PathValue
{
    /// <param name="name">Name of the route parameter in the contract's spelling.</param>
    /// <exception cref="InvalidInputException">The text is not a UUID.</exception>
    public static Guid Guid(string name, string text) => System.Guid.TryParse(text, out var id)
        ? id
        : throw new InvalidInputException([new(["path", name], "A UUID is expected.", "uuid_parsing")]);
}
