using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost.Http;

/// <summary>Maps HTTP functions to endpoints.</summary>
internal static class HttpFunctions
{
    public static void Map(
        IEndpointRouteBuilder routes, IEnumerable<LocalFunction> functions, string prefix, FunctionExecutionDelegate pipeline)
    {
        var services = routes.ServiceProvider;
        var switches = services.GetRequiredService<FunctionSwitches>();
        var stop = services.GetRequiredService<HostStop>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        foreach (var function in functions.Where(function => function.Method.Http is not null))
        {
            var trigger = function.Method.Http!;
            var endpoint = new HttpFunctionEndpoint(
                function, pipeline, switches, stop, loggers.CreateLogger($"Function.{function.Name}"));
            var pattern = RoutePatternFactory.Parse(Template(prefix, trigger.Route ?? function.Name));
            var mapped = trigger.Methods is { Length: > 0 } methods
                ? routes.MapMethods(pattern.RawText!, methods.Select(method => method.ToUpperInvariant()), (RequestDelegate)endpoint.AnswerAsync)
                : routes.Map(pattern, endpoint.AnswerAsync);
            mapped.WithDisplayName(function.Name);
        }
    }

    public static string Template(string prefix, string route) =>
        string.Join('/', new[] { prefix.Trim('/'), route.Trim('/') }.Where(part => part.Length > 0));
}
