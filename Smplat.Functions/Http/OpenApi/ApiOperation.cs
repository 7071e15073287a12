using System.Reflection;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>One HTTP operation with everything that it declares about itself.</summary>
/// <param name="Path">Path with plain parameter names, starting with a slash.</param>
/// <param name="Method">Upper-case HTTP method.</param>
/// <param name="Open">Why it answers callers without a key; null when it needs one.</param>
public sealed record ApiOperation(
    string Name,
    string Method,
    string Path,
    IReadOnlyList<PathParameter> PathParameters,
    OperationAttribute Operation,
    ApiBody? Body,
    IReadOnlyList<ApiQueryParameter> Query,
    IReadOnlyList<HeaderParameterAttribute> Headers,
    IReadOnlyList<AnswersAttribute> Answers,
    KeyScope? Scope,
    OpenToAllAttribute? Open,
    RateCategory? Rate,
    MethodInfo Source)
{
    /// <summary>A page for people, or what belongs to one: no part of the API.</summary>
    public bool IsPage => Path.StartsWith("/ops", StringComparison.Ordinal);

    /// <summary>Whether errors come in the envelope of the commerce routes.</summary>
    public bool IsCommerce => Smplat.Functions.Http.ErrorBody.IsCommerce(Path);
}

/// <summary>The JSON body of an operation.</summary>
/// <param name="Example">JSON that fits the shape.</param>
public sealed record ApiBody(InputShape Shape, string Example);

/// <summary>A query parameter of an operation.</summary>
/// <param name="Description">Null when the operation says nothing about a parameter that it reads.</param>
public sealed record ApiQueryParameter(string Name, string? Description, InputMember Member);
