using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

namespace Smplat.Functions;

/// <summary>Puts the app together; the program and the tests build the very same host.</summary>
public static class SmplatHost
{
    /// <param name="args">Command-line arguments; <c>--SETTING=value</c> overrides a setting.</param>
    /// <param name="adjust">Last changes before the host is built, for tests.</param>
    public static IHost Create(string[] args, Action<FunctionsApplicationBuilder>? adjust = null)
    {
        var builder = FunctionsApplication.CreateBuilder(args);
        builder.ConfigureFunctionsWebApplication();
        adjust?.Invoke(builder);
        return builder.Build();
    }
}
