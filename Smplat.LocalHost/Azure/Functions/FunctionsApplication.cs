using System.Reflection;
using System.Runtime.CompilerServices;
using Smplat.LocalHost;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a Functions app begins.</summary>
public class FunctionsApplication
{
    /// <summary>A builder whose app serves the functions of the calling assembly.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) =>
        LocalFunctionsHost.CreateBuilder(args, Assembly.GetCallingAssembly().GetExportedTypes());
}
