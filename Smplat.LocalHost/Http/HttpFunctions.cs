using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Discovery;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost.Http;

/// <summary>
/// Maps HTTP functions to endpoints. Paths and methods without a function get a bare 404 or 405 from routing.
/// </summary>
internal static class HttpFunctions
{
    public static void Map(IEndpointRouteBuilder routes, string prefix)
    {
        var services = routes.ServiceProvider;
        var pipeline = services.GetRequiredService<FunctionPipeline>();
        var switches = services.GetRequiredService<FunctionSwitches>();
        var stop = services.GetRequiredService<HostStop>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        foreach (var function in services.GetRequiredService<FunctionCatalog>().Http)
        {
            var logger = loggers.CreateLogger($"Function.{function.Name}");
            RequestDelegate answer = new HttpFunctionEndpoint(function, pipeline, switches, stop, logger).AnswerAsync;
            var template = FunctionRules.Template(function.Method, prefix);
            var mapped = function.Method.Http!.Methods is { Length: > 0 } methods
                ? routes.MapMethods(template, methods.Select(method => method.ToUpperInvariant()), answer)
                : routes.Map(template, answer);
            mapped.WithDisplayName(function.Name);
        }
    }
}
