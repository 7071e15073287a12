using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Extensions.Hosting;

public static class MiddlewareWorkerApplicationBuilderExtensions
{
    /// <summary>
    /// Adds a middleware class. It is a singleton: scoped services are taken from the invocation, not the constructor.
    /// </summary>
    public static IFunctionsWorkerApplicationBuilder UseMiddleware<T>(this IFunctionsWorkerApplicationBuilder builder)
        where T : class, IFunctionsWorkerMiddleware
    {
        builder.Services.AddSingleton<T>();
        return builder.Use(next => AsStep<T>(next));
    }

    public static IFunctionsWorkerApplicationBuilder UseMiddleware(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, Func<Task>, Task> middleware) =>
        builder.Use(next => context => middleware(context, () => next(context)));

    /// <summary>Adds a middleware class that runs only for invocations that match.</summary>
    public static IFunctionsWorkerApplicationBuilder UseWhen<T>(
        this IFunctionsWorkerApplicationBuilder builder, Func<FunctionContext, bool> predicate)
        where T : class, IFunctionsWorkerMiddleware
    {
        builder.Services.AddSingleton<T>();
        return builder.Use(next =>
        {
            var step = AsStep<T>(next);
            return context => predicate(context) ? step(context) : next(context);
        });
    }

    private static FunctionExecutionDelegate AsStep<T>(FunctionExecutionDelegate next)
        where T : class, IFunctionsWorkerMiddleware
    {
        T? instance = null;
        return context => (instance ??= context.InstanceServices.GetRequiredService<T>()).Invoke(context, next);
    }
}
