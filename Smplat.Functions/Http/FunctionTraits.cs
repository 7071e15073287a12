using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Functions.Http;

/// <summary>What the functions declare about themselves, each read once.</summary>
public sealed class FunctionTraits
{
    private readonly ConcurrentDictionary<string, FunctionTrait> _known = new();

    public FunctionTrait Of(FunctionDefinition definition) =>
        _known.TryGetValue(definition.Id, out var trait) ? trait : _known.GetOrAdd(definition.Id, Read(definition));

    private static FunctionTrait Read(FunctionDefinition definition)
    {
        var dot = definition.EntryPoint.LastIndexOf('.');
        var method = typeof(FunctionTraits).Assembly.GetType(definition.EntryPoint[..dot])?.GetMethod(definition.EntryPoint[(dot + 1)..])
            ?? throw new InvalidOperationException($"The method of function {definition.Name} is not in this assembly.");
        var key = method.GetCustomAttribute<RequireKeyAttribute>();
        var open = method.GetCustomAttribute<OpenToAllAttribute>();
        if (key is null == open is null)
        {
            throw new InvalidOperationException($"{definition.EntryPoint} must declare either RequireKey or OpenToAll.");
        }

        var trigger = method.GetParameters()
            .Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .FirstOrDefault(found => found is not null);
        return new(
            definition.Name,
            key?.Scope,
            open?.RefuseWrongKey ?? false,
            method.GetCustomAttribute<RateLimitAttribute>()?.Category,
            "/" + trigger?.Route?.TrimStart('/'));
    }
}
