using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Discovery;
using Smplat.LocalHost.Http;
using Smplat.LocalHost.Invocation;

namespace Smplat.LocalHost;

/// <summary>Builds the app that stands in for the Azure Functions host.</summary>
public static class LocalFunctionsHost
{
    private const long BodyLimit = 104_857_600;

    /// <summary>A builder whose app serves the functions among the given classes.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args, IEnumerable<Type> functionClasses)
    {
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        web.Configuration.AddEnvironmentVariables().AddCommandLine(args);
        web.Logging.AddSimpleConsole();
        web.WebHost.UseKestrelCore().ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = BodyLimit;
            options.AddServerHeader = false;
        });
        web.Services.AddRouting();
        var classes = functionClasses.ToArray();
        return new FunctionsApplicationBuilder(web, (builder, middleware) => Finish(builder, classes, middleware));
    }

    private static WebApplication Finish(
        WebApplicationBuilder web,
        Type[] classes,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        web.WebHost.UseUrls($"http://127.0.0.1:{web.Configuration["SMPLAT_PORT"] ?? "7071"}");
        web.Services.AddSingleton<FunctionSwitches>();
        web.Services.AddSingleton<HostStop>();
        var app = web.Build();
        var pipeline = middleware.Reverse().Aggregate(
            (FunctionExecutionDelegate)LocalFunction.ExecuteAsync, (next, step) => step(next));
        var functions = FunctionMethod.FindIn(classes).Select(method => new LocalFunction(method, null)).ToList();
        app.UseRouting();
        HttpFunctions.Map(app, functions, "", pipeline);
        return app;
    }
}
