using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>The JSON body that an operation reads.</summary>
/// <param name="reader">The type that reads it.</param>
/// <param name="member">
/// Its static method that takes <see cref="Fields"/>, or its static property with the shape where the bytes are
/// read another way.
/// </param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JsonBodyAttribute(Type reader, string member = "Read") : Attribute
{
    public Type Reader { get; } = reader;

    public string Member { get; } = member;

    /// <summary>A body that works, as JSON; it is shown in the document and sent by the test that calls every operation.</summary>
    public required string Example { get; init; }
}
