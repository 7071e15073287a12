using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>All documented operations, read from the attributes of the functions.</summary>
public sealed class ApiCatalog
{
    private const BindingFlags AnyStatic = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    private readonly ConcurrentDictionary<(Type, string), InputShape> _shapes = new();
    private readonly Lazy<IReadOnlyList<ApiOperation>> _operations;

    public ApiCatalog() => _operations = new(() => [.. ReadAll()]);

    public IReadOnlyList<ApiOperation> Operations => _operations.Value;

    private IEnumerable<ApiOperation> ReadAll() =>
        from type in typeof(ApiCatalog).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        let function = method.GetCustomAttribute<FunctionAttribute>()
        let operation = method.GetCustomAttribute<OperationAttribute>()
        where function is not null && operation is not null
        let trigger = method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).First(found => found is not null)
        // HEAD is what GET answers, without the body, and is not described for itself.
        from verb in (trigger.Methods ?? ["get"]).Where(verb => !HttpMethods.IsHead(verb))
        let template = trigger.Route ?? function.Name
        orderby operation.Tag, template, verb
        select new ApiOperation
        {
            Name = function.Name,
            Method = verb.ToUpperInvariant(),
            Path = "/" + PathParameter.Plain(template).TrimStart('/'),
            PathParameters = PathParameter.In(template),
            Operation = operation,
            Body = method.GetCustomAttribute<JsonBodyAttribute>() is { } body ? new ApiBody(ShapeOf(body.Reader, body.Member), body.Example) : null,
            Query = [.. QueryOf(method)],
            Headers = [.. method.GetCustomAttributes<HeaderParameterAttribute>()],
            Answers = [.. method.GetCustomAttributes<AnswersAttribute>().OrderBy(answer => answer.Status)],
            Scope = method.GetCustomAttribute<RequireKeyAttribute>()?.Scope,
            Member = method.GetCustomAttribute<ForMemberAttribute>(),
            Open = method.GetCustomAttribute<OpenToAllAttribute>(),
            Rate = method.GetCustomAttribute<RateLimitAttribute>()?.Category,
            BodyLimit = FunctionTraits.BodyLimitOf(method),
            Source = method,
        };

    /// <summary>The parameters that the reader reads; those that a page reads without a reader count as plain text.</summary>
    private IEnumerable<ApiQueryParameter> QueryOf(MethodInfo method)
    {
        var described = method.GetCustomAttributes<QueryParameterAttribute>().ToDictionary(parameter => parameter.Name, parameter => parameter.Description);
        var read = method.GetCustomAttribute<QueryAttribute>() is { } query ? ShapeOf(query.Reader, query.Member).Members : [];
        return read
            .Select(member => new ApiQueryParameter(member.Name, described.GetValueOrDefault(member.Name), member))
            .Concat(described
                .Where(parameter => !read.Any(member => member.Name == parameter.Key))
                .Select(parameter => new ApiQueryParameter(parameter.Key, parameter.Value, new InputMember(parameter.Key, InputShape.Text()))));
    }

    private InputShape ShapeOf(Type reader, string member) => _shapes.GetOrAdd((reader, member), _ =>
    {
        if (reader.GetProperty(member, AnyStatic)?.GetValue(null) is InputShape stated)
        {
            return stated;
        }

        var read = reader.GetMethod(member, AnyStatic)
            ?? throw new InvalidOperationException($"{reader} has no member {member} that reads.");
        var others = read.GetParameters().Skip(1).Select(parameter =>
            parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null);
        object?[] arguments = [null, .. others];
        var probes = reader.GetProperty("Probes", AnyStatic)?.GetValue(null) as IReadOnlyList<string> ?? [];
        return InputShape.Record(
            reader.Name.EndsWith("Body", StringComparison.Ordinal) ? reader.Name[..^4] : reader.Name,
            fields => read.Invoke(null, [fields, .. arguments[1..]]),
            probes);
    });
}

/// <summary>An HTTP operation with everything that its attributes declare.</summary>
public sealed record ApiOperation
{
    public required string Name { get; init; }

    /// <summary>Upper-case HTTP method.</summary>
    public required string Method { get; init; }

    /// <summary>Path with plain parameter names, starting with a slash.</summary>
    public required string Path { get; init; }

    public required IReadOnlyList<PathParameter> PathParameters { get; init; }

    public required OperationAttribute Operation { get; init; }

    public required ApiBody? Body { get; init; }

    public required IReadOnlyList<ApiQueryParameter> Query { get; init; }

    public required IReadOnlyList<HeaderParameterAttribute> Headers { get; init; }

    public required IReadOnlyList<AnswersAttribute> Answers { get; init; }

    public required KeyScope? Scope { get; init; }

    /// <summary>Why it answers callers without a key; null when it needs one.</summary>
    public required OpenToAllAttribute? Open { get; init; }

    /// <summary>How it can be called for a member; null when it cannot.</summary>
    public required ForMemberAttribute? Member { get; init; }

    public required RateCategory? Rate { get; init; }

    /// <summary>The largest body in bytes.</summary>
    public required int BodyLimit { get; init; }

    public required MethodInfo Source { get; init; }

    /// <summary>An operator page or a file of one; not part of the API.</summary>
    public bool IsPage => Path.StartsWith("/ops", StringComparison.Ordinal);

    /// <summary>Whether errors come in the envelope of the commerce routes.</summary>
    public bool IsCommerce => ErrorBody.IsCommerce(Path);
}

/// <summary>The JSON body of an operation.</summary>
/// <param name="Example">JSON that fits the shape.</param>
public sealed record ApiBody(InputShape Shape, string Example);

/// <summary>A query parameter of an operation.</summary>
/// <param name="Description">Null when the operation does not describe a parameter that it reads.</param>
public sealed record ApiQueryParameter(string Name, string? Description, InputMember Member);

/// <summary>A parameter of a route template.</summary>
public sealed partial record PathParameter(string Name)
{
    /// <summary>Whether it is a UUID. All ids are, except those of jobs and experiences, which are names.</summary>
    public bool IsUuid => Name.EndsWith("Id", StringComparison.Ordinal) && Name != "jobId";

    public static IReadOnlyList<PathParameter> In(string template) =>
        [.. Parameter().Matches(template).Select(match => new PathParameter(match.Groups["name"].Value))];

    /// <summary>The text at the place of a parameter in a path; null when the path is of another shape.</summary>
    public static string? Read(string template, string? path, string name)
    {
        var (wanted, given) = (template.Trim('/').Split('/'), (path ?? "").Trim('/').Split('/'));
        var place = Array.FindIndex(wanted, segment => In(segment) is [{ Name: var found }] && found == name);
        return place >= 0 && wanted.Length == given.Length ? given[place] : null;
    }

    /// <summary>The template with constraints taken out.</summary>
    public static string Plain(string template) => Parameter().Replace(template, "{${name}}");

    [GeneratedRegex(@"\{\*{0,2}(?<name>\w+)\??(:(?<constraint>[^}]+))?\??\}")]
    private static partial Regex Parameter();
}
