using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Functions.Http;

/// <summary>Declarations of the function classes, read once each.</summary>
public sealed class FunctionTraits
{
    private readonly ConcurrentDictionary<string, FunctionTrait> _known = new();

    public FunctionTrait Of(FunctionDefinition definition) =>
        _known.TryGetValue(definition.Id, out var trait) ? trait : _known.GetOrAdd(definition.Id, Read(definition));

    private static FunctionTrait Read(FunctionDefinition definition)
    {
        var dot = definition.EntryPoint.LastIndexOf('.');
        var className = definition.EntryPoint[..dot];
        var type = typeof(FunctionTraits).Assembly.GetType(className)
            ?? throw new InvalidOperationException($"The class of function {definition.Name} is not in this assembly.");
        var key = type.GetCustomAttribute<RequireKeyAttribute>();
        var open = type.GetCustomAttribute<OpenToAllAttribute>();
        if (key is null == open is null)
        {
            throw new InvalidOperationException($"{className} must declare either RequireKey or OpenToAll.");
        }

        return new(
            definition.Name,
            key?.Scope,
            open?.RefuseWrongKey ?? false,
            type.GetCustomAttribute<RateLimitAttribute>()?.Category,
            "/" + Trigger(type, definition.EntryPoint[(dot + 1)..])?.Route?.TrimStart('/'));
    }

    private static HttpTriggerAttribute? Trigger(Type type, string method) =>
        type.GetMethods().Where(candidate => candidate.Name == method)
            .SelectMany(candidate => candidate.GetParameters())
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .FirstOrDefault(trigger => trigger is not null);
}
