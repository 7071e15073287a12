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
    private readonly HostBuild _build;
    private bool _isBuilt;

    internal FunctionsApplicationBuilder(WebApplicationBuilder web, HostBuild build)
    {
        _web = web;
        _build = build;
    }

    internal delegate IHost HostBuild(
        WebApplicationBuilder web,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware);

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
            : throw new InvalidOperationException("Call ConfigureFunctionsWebApplication() before Build().");
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
                "Add middleware after ConfigureFunctionsWebApplication(), or it sees no HTTP context in Azure."));
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
