using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Input;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>All documented operations, read from the functions themselves.</summary>
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
        from verb in trigger.Methods ?? ["get"]
        let template = trigger.Route ?? function.Name
        orderby operation.Tag, template, verb
        select new ApiOperation(
            function.Name,
            verb.ToUpperInvariant(),
            "/" + PathParameter.Plain(template).TrimStart('/'),
            PathParameter.In(template),
            operation,
            method.GetCustomAttribute<JsonBodyAttribute>() is { } body ? new ApiBody(ShapeOf(body.Reader, body.Member), body.Example) : null,
            [.. QueryOf(method)],
            [.. method.GetCustomAttributes<HeaderParameterAttribute>()],
            [.. method.GetCustomAttributes<AnswersAttribute>().OrderBy(answer => answer.Status)],
            method.GetCustomAttribute<RequireKeyAttribute>()?.Scope,
            method.GetCustomAttribute<OpenToAllAttribute>(),
            method.GetCustomAttribute<RateLimitAttribute>()?.Category,
            method);

    /// <summary>What the reader reads, and what pages read without one as plain texts.</summary>
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
            ?? throw new InvalidOperationException($"{reader} has no {member} that reads.");
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
