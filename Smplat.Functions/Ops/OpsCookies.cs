using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Ops;

/// <summary>The cookies of the page: out of reach of scripts and of other sites, and sent to the page alone.</summary>
public sealed class OpsCookies(IOptionsMonitor<RuntimeOptions> runtime)
{
    public const string Session = "smplat-ops";

    /// <summary>Proves that a login form was fetched by the browser that sends it.</summary>
    public const string Visit = "smplat-ops-visit";

    /// <summary>What is told once after an action.</summary>
    public const string Notice = "smplat-ops-notice";

    private const string Path = "/ops";

    public static string? Read(HttpRequest request, string name) => request.Cookies[name] is { Length: > 0 } value ? value : null;

    public void Write(HttpRequest request, string name, string value, TimeSpan lifetime) =>
        request.HttpContext.Response.Cookies.Append(name, value, Options(request, lifetime));

    public void Remove(HttpRequest request, string name) =>
        request.HttpContext.Response.Cookies.Delete(name, Options(request, null));

    private CookieOptions Options(HttpRequest request, TimeSpan? lifetime) => new()
    {
        Path = Path,
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        // The worker is reached over plain http behind the platform's front end, so only a local run may do without.
        Secure = !runtime.CurrentValue.IsLocal || request.IsHttps,
        MaxAge = lifetime,
    };
}
