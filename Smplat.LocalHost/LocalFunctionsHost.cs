using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Smplat.LocalHost.Configuration;
using Smplat.LocalHost.Discovery;
using Smplat.LocalHost.Http;
using Smplat.LocalHost.Invocation;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.Startup;
using Smplat.LocalHost.Timers;

namespace Smplat.LocalHost;

/// <summary>Builds the app that stands in for the Azure Functions host.</summary>
public static class LocalFunctionsHost
{
    /// <summary>A builder whose app serves the functions among the given classes.</summary>
    /// <param name="localServices">What to start before the app; those of the checkout when null.</param>
    public static FunctionsApplicationBuilder CreateBuilder(
        string[] args, IReadOnlyList<Type> classes, ILocalServices? localServices = null)
    {
        var isProgram = classes.Any(type => type.Assembly == Assembly.GetEntryAssembly());
        var web = OrExit(() => WebHost.CreateBuilder(args), isProgram);
        string[] folders = [AppContext.BaseDirectory, .. HostConfiguration.Folders];
        var host = OrExit(() => HostJson.Find(folders).With(web.Configuration), isProgram);
        WebHost.AddLogging(web.Logging, web.Configuration, host);
        var root = RepositoryRoot.Path ?? AppContext.BaseDirectory;
        var services = localServices ?? new LocalRun(root, TimeProvider.System);
        return new FunctionsApplicationBuilder(web, (builder, middleware) =>
            OrExit(() => Build(builder, host, classes, middleware, services, isProgram), isProgram));
    }

    private static LocalApp Build(
        WebApplicationBuilder builder, HostJson host, IReadOnlyList<Type> classes,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware,
        ILocalServices localServices, bool isProgram)
    {
        var methods = FunctionMethod.FindIn(classes);
        var problems = FunctionRules.Problems(methods, host.RoutePrefix);
        if (methods.Any(method => method.ReturnsActionResult))
        {
            builder.Services.AddMvcCore();
        }

        builder.Services.TryAddSingleton(TimeProvider.System);
        var functions = methods.Select(method => new LocalFunction(method, host.FunctionTimeout));
        builder.Services.AddSingleton(new FunctionCatalog([.. functions]));
        builder.Services.AddSingleton(new FunctionPipeline(middleware));
        builder.Services.AddSingleton<FunctionSwitches>().AddSingleton<HostStop>().AddSingleton<FunctionRunner>();
        // Last of the app's hosted services, so that it starts after them and stops before them.
        builder.Services.AddSingleton<TimerHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<TimerHost>());

        var web = builder.Build();
        if (problems.Count == 0)
        {
            WebHost.MapRequests(web, host);
        }

        var console = new StartupConsole(isProgram ? Console.Out : TextWriter.Null);
        var listing = new LocalListing(host);
        return new LocalApp(web, builder.Configuration, localServices, problems, listing, console, isProgram);
    }

    private static T OrExit<T>(Func<T> step, bool isProgram)
    {
        try
        {
            return step();
        }
        catch (LocalStartException failure) when (isProgram)
        {
            StartFailure.Exit(failure.Message);
            throw;
        }
    }
}
