using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Smplat.LocalHost.Invocation;

/// <summary>Query members and, over them, route values.</summary>
internal sealed class LocalBindingContext(HttpContext? http) : BindingContext
{
    public override IReadOnlyDictionary<string, object?> BindingData { get; } = Read(http);

    private static Dictionary<string, object?> Read(HttpContext? http)
    {
        var values = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        if (http is null)
        {
            return values;
        }

        foreach (var (name, value) in http.Request.Query)
        {
            values[name] = value.ToString();
        }

        foreach (var (name, value) in http.Request.RouteValues)
        {
            values[name] = value;
        }

        return values;
    }
}
