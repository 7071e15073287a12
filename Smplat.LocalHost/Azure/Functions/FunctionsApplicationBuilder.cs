using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Collects configuration, services and middleware of a Functions app.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly WebApplicationBuilder _web;
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    private readonly Func<WebApplicationBuilder, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>>, IHost> _build;
    private bool _isBuilt;

    internal FunctionsApplicationBuilder(
        WebApplicationBuilder web,
        Func<WebApplicationBuilder, IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>>, IHost> build)
    {
        _web = web;
        _build = build;
    }

    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    public ConfigurationManager Configuration => _web.Configuration;

    public IHostEnvironment Environment => _web.Environment;

    public ILoggingBuilder Logging => _web.Logging;

    public IMetricsBuilder Metrics => _web.Metrics;

    public IServiceCollection Services => _web.Services;

    internal bool HasWebApplication { get; set; }

    public IHost Build()
    {
        RefuseAfterBuild();
        _isBuilt = true;
        return HasWebApplication
            ? _build(_web, _middleware)
            : throw new InvalidOperationException("Call ConfigureFunctionsWebApplication() before Build(): the app serves HTTP.");
    }

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        RefuseAfterBuild();
        _middleware.Add(HasWebApplication
            ? middleware
            : throw new InvalidOperationException(
                "Add middleware after ConfigureFunctionsWebApplication(): before it, GetHttpContext() is null in Azure."));
        return this;
    }

    private void RefuseAfterBuild()
    {
        if (_isBuilt)
        {
            throw new InvalidOperationException("The application has already been built.");
        }
    }
}
