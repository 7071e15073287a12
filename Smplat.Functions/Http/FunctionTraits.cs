using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Access;

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
            method.GetCustomAttribute<ForMemberAttribute>(),
            open?.Signature is not null,
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
/// <param name="Member">How it can be called for a member; null when it cannot.</param>
/// <param name="IsSigned">Whether the caller signs the request instead of sending a key.</param>
/// <param name="BodyLimit">In bytes.</param>
public sealed record FunctionTrait(
    string Name, KeyScope? Scope, bool RefuseWrongKey, RateCategory? Rate, string Route, ForMemberAttribute? Member, bool IsSigned,
    int BodyLimit)
{
    /// <summary>What the function asks of its caller.</summary>
    public AccessTier Tier { get; } = TierOf(Scope, Route);

    /// <summary>Whether it is a page of operators, or a file of one.</summary>
    public bool IsPage { get; } = IsPageRoute(Route);

    /// <summary>The tier of a scope; pages of operators check a session instead of a key, except for the login and its files.</summary>
    public static AccessTier TierOf(KeyScope? scope, string route) => scope switch
    {
        KeyScope.Storefront => AccessTier.Member,
        KeyScope.Metrics => AccessTier.Metrics,
        KeyScope.Operator => AccessTier.Operator,
        KeyScope.Admin => AccessTier.Admin,
        null => IsPageRoute(route) && route is not ("/ops/login" or "/ops/assets/{file}") ? AccessTier.Operator : AccessTier.Open,
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "No tier for this scope."),
    };

    private static bool IsPageRoute(string route) => route == "/ops" || route.StartsWith("/ops/", StringComparison.Ordinal);
}
