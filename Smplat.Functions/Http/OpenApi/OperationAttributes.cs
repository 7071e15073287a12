using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>The purpose of an operation in the API document.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OperationAttribute(string summary) : Attribute
{
    public string Summary { get; } = summary;

    /// <summary>The heading in the document: a feature.</summary>
    public required string Tag { get; init; }

    public string? Description { get; init; }
}

/// <summary>Describes a query parameter; its type and limits come from the reader that <see cref="QueryAttribute"/> names.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class QueryParameterAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;
}

/// <summary>The reader of the query string.</summary>
/// <param name="reader">The type that reads it.</param>
/// <param name="member">Its static method that takes <see cref="Fields"/>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QueryAttribute(Type reader, string member = "Read") : Attribute
{
    public Type Reader { get; } = reader;

    public string Member { get; } = member;
}

/// <summary>An optional header, read as text.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class HeaderParameterAttribute(string name, string description) : Attribute
{
    public string Name { get; } = name;

    public string Description { get; } = description;

    /// <summary>Characters; longer values are refused.</summary>
    public int MaxLength { get; init; }
}

/// <summary>The JSON body that an operation reads.</summary>
/// <param name="reader">The type that reads it.</param>
/// <param name="member">
/// Its static method that takes <see cref="Fields"/>, or a static property with the shape where the bytes are
/// parsed in another way.
/// </param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JsonBodyAttribute(Type reader, string member = "Read") : Attribute
{
    public Type Reader { get; } = reader;

    public string Member { get; } = member;

    /// <summary>A valid JSON body; it is shown in the document and sent by the test that calls every operation.</summary>
    public required string Example { get; init; }
}

/// <summary>A status that an operation answers with.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class AnswersAttribute : Attribute
{
    /// <param name="type">The record that the body is serialized from.</param>
    public AnswersAttribute(int status, Type type, Naming naming)
    {
        Status = status;
        Type = type;
        Naming = naming;
    }

    /// <summary>A status without a JSON body, or with the common error body.</summary>
    public AnswersAttribute(int status, string description)
    {
        Status = status;
        Description = description;
    }

    public int Status { get; }

    public Type? Type { get; }

    public Naming Naming { get; }

    public string? Description { get; init; }

    /// <summary>The media type if it is not JSON.</summary>
    public string? ContentType { get; init; }
}
