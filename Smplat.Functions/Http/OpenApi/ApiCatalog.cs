using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Smplat.Functions.Http.Access;
using Smplat.Functions.Http.Limits;

namespace Smplat.Functions.Http.OpenApi;

/// <summary>All documented operations, read from the functions themselves.</summary>
public sealed class ApiCatalog
{
    private readonly Lazy<IReadOnlyList<ApiOperation>> _operations = new(() => [.. ReadAll()]);

    public IReadOnlyList<ApiOperation> Operations => _operations.Value;

    private static IEnumerable<ApiOperation> ReadAll() =>
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
            method.GetCustomAttribute<JsonBodyAttribute>(),
            [.. method.GetCustomAttributes<QueryParameterAttribute>()],
            [.. method.GetCustomAttributes<AnswersAttribute>().OrderBy(answer => answer.Status)],
            type.GetCustomAttribute<RequireKeyAttribute>()?.Scope,
            type.GetCustomAttribute<RateLimitAttribute>()?.Category,
            method);
}
