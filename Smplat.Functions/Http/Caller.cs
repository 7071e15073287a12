using Microsoft.AspNetCore.Http;

namespace Smplat.Functions.Http;

/// <summary>Who asks: the key that was shown, and the address that limits are counted by.</summary>
/// <param name="Key">Null for anonymous callers.</param>
/// <param name="Address">Client address, IPv6 cut to its /64.</param>
public sealed record Caller(KeyMatch? Key, string Address)
{
    public bool IsKeyed => Key is not null;

    public bool May(KeyScope scope) => Key?.Scopes.Contains(scope) ?? false;
}

public static class CallerOfRequest
{
    private static readonly object Slot = new();

    /// <summary>The caller as established before the function ran.</summary>
    public static Caller Caller(this HttpContext context) =>
        context.Items.TryGetValue(Slot, out var caller) ? (Caller)caller! : new(null, "unknown");

    internal static void SetCaller(this HttpContext context, Caller caller) => context.Items[Slot] = caller;
}
