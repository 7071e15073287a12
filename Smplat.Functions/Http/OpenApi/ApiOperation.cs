using System.Reflection;
using Smplat.Functions.Http.Access;
using Smplat.Functions.Http.Limits;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>One HTTP operation with everything that it declares about itself.</summary>
/// <param name="Path">Path with plain parameter names, starting with a slash.</param>
/// <param name="Method">Upper-case HTTP method.</param>
public sealed record ApiOperation(
    string Name,
    string Method,
    string Path,
    IReadOnlyList<PathParameter> PathParameters,
    OperationAttribute Operation,
    JsonBodyAttribute? Body,
    IReadOnlyList<QueryParameterAttribute> Query,
    IReadOnlyList<AnswersAttribute> Answers,
    KeyScope? Scope,
    RateCategory? Rate,
    MethodInfo Source);
