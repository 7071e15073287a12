using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.Functions.Http;

/// <summary>Reads the attributes of each function once.</summary>
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
            "/" + trigger?.Route?.TrimStart('/'),
            BodyLimitOf(method));
    }

    /// <summary>The largest body that the function reads, in bytes.</summary>
    public static int BodyLimitOf(MethodInfo method) =>
        method.GetCustomAttribute<BodyLimitAttribute>()?.Bytes
        ?? (method.IsDefined(typeof(OpenToAllAttribute)) ? RequestBody.MaxOpenBytes : RequestBody.MaxBytes);
}

/// <summary>What a function declares with its attributes.</summary>
/// <param name="Scope">The scope that a key must have; null when the function is open to all.</param>
/// <param name="Route">The template of its path, with a leading slash.</param>
/// <param name="BodyLimit">In bytes.</param>
public sealed record FunctionTrait(
    string Name, KeyScope? Scope, bool RefuseWrongKey, RateCategory? Rate, string Route, int BodyLimit);
