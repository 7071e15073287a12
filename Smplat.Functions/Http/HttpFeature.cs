using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Smplat.Core.Platform.Settings;

namespace Smplat.Functions.Http;

public static class HttpFeature
{
    /// <summary>The body limit of the Functions host, in bytes.</summary>
    private const long HostBodyLimit = 104_857_600;

    /// <summary>Everything around a function: errors, headers, keys and limits, in this order from the outside.</summary>
    public static FunctionsApplicationBuilder AddHttp(this FunctionsApplicationBuilder builder)
    {
        // Kestrel's own limit of 30 MB would refuse a body before our limit can answer.
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = HostBodyLimit;
            // The host forwards the worker's headers to callers, who need not know the server.
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddSettings<HttpOptions>();
        builder.Services.AddSettings<KeyOptions>();
        builder.Services.AddSettings<RateOptions>();
        builder.Services.AddSingleton<KeyRing>();
        builder.Services.AddSingleton<FunctionTraits>();
        builder.Services.AddSingleton<AccessRecorder>();
        builder.Services.AddSingleton<RateLimiter>();
        builder.Services.AddHostedService<ClientAddressNotice>();
        builder.UseMiddleware<ErrorMiddleware>();
        builder.UseMiddleware<HeaderMiddleware>();
        builder.UseMiddleware<AccessMiddleware>();
        builder.UseMiddleware<RateLimitMiddleware>();
        return builder;
    }
}
