using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>What a query parameter means; its type and limits come from the reader that <see cref="QueryAttribute"/> names.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class QueryParameterAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;
}

/// <summary>The reader of an operation's query string.</summary>
/// <param name="reader">The type that reads it.</param>
/// <param name="member">Its static method that takes <see cref="Fields"/>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QueryAttribute(Type reader, string member = "Read") : Attribute
{
    public Type Reader { get; } = reader;

    public string Member { get; } = member;
}

/// <summary>An optional header that an operation reads, as a text.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class HeaderParameterAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>Characters; longer ones are refused.</summary>
    public int MaxLength { get; init; }
}
