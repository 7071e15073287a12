using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Smplat.LocalHost.Configuration;

namespace Smplat.LocalHost.Http;

/// <summary>Kestrel as the official host and worker show themselves to a client.</summary>
internal static class WebHost
{
    private const long BodyLimitOfTheHost = 104_857_600;

    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            EnvironmentName = Environments.Development,
            ContentRootPath = AppContext.BaseDirectory,
        });
        HostConfiguration.AddTo(builder.Configuration, args);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = BodyLimitOfTheHost;
            options.AddServerHeader = false;
            Listen(options, new HostSettings(builder.Configuration));
        });
        builder.Services.AddRouting();
        return builder;
    }

    /// <summary>
    /// host.json speaks for what the host says; the app's own categories obey the app's filters, as in Azure.
    /// </summary>
    public static void AddLogging(ILoggingBuilder logging, IConfiguration configuration, HostJson host)
    {
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddSimpleConsole(options => options.SingleLine = true);
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        foreach (var (category, level) in host.LogLevels)
        {
            if (Enum.TryParse<LogLevel>(level, ignoreCase: true, out var parsed))
            {
                logging.AddFilter(category == "default" ? "Host" : category, parsed);
            }
        }
    }

    public static void MapRequests(WebApplication web, HostJson host)
    {
        web.UseForwardedHeaders(ConsumeAllHops());
        web.UseRouting();
        var known = new KnownPaths(web.Services, host.RoutePrefix);
        web.Use(next => http => known.CheckAsync(http, next));
        AdminFunctions.Map(web);
        HttpFunctions.Map(web, host.RoutePrefix);
    }

    private static void Listen(KestrelServerOptions options, HostSettings settings)
    {
        if (settings.BindAddress is { } address)
        {
            options.Listen(address, settings.Port);
        }
        else if (settings.Port == 0)
        {
            // One free port on two addresses cannot be asked for.
            options.Listen(System.Net.IPAddress.Loopback, 0);
        }
        else
        {
            options.ListenLocalhost(settings.Port);
        }
    }

    private static ForwardedHeadersOptions ConsumeAllHops()
    {
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All, ForwardLimit = null };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        return options;
    }
}
